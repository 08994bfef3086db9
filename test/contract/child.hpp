// SPDX-License-Identifier: MIT
// A program that a test starts and kills.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <uv.h>

namespace test {

/// A program under test. It frees itself when it has ended.
class child {
 public:
  child(uv_loop_t* loop, std::vector<std::string> command, const std::string& log,
        std::function<void(std::string)> on_line, std::function<void()> on_end)
      : on_line_(std::move(on_line)), on_end_(std::move(on_end)) {
    std::vector<char*> arguments;
    for (std::string& each : command) arguments.push_back(each.data());
    arguments.push_back(nullptr);
    log_ = std::fopen(log.c_str(), "a");
    uv_pipe_init(loop, &output_, 0);
    output_.data = process_.data = this;
    uv_stdio_container_t streams[3]{};
    streams[0].flags = UV_IGNORE;
    streams[1].flags = static_cast<uv_stdio_flags>(UV_CREATE_PIPE | UV_WRITABLE_PIPE);
    streams[1].data.stream = reinterpret_cast<uv_stream_t*>(&output_);
    streams[2].flags = UV_INHERIT_FD;
    streams[2].data.fd = fileno(log_);
    uv_process_options_t options{};
    options.file = arguments[0];
    options.args = arguments.data();
    options.stdio_count = 3;
    options.stdio = streams;
    options.exit_cb = [](uv_process_t* p, std::int64_t, int) { static_cast<child*>(p->data)->part_ended(); };
    if (uv_spawn(loop, &process_, &options) != 0) {
      std::cerr << command[0] << " cannot be started\n";
      std::abort();
    }
    uv_read_start(
        reinterpret_cast<uv_stream_t*>(&output_),
        [](uv_handle_t* h, std::size_t, uv_buf_t* buffer) {
          *buffer = uv_buf_init(static_cast<child*>(h->data)->room_, sizeof room_);
        },
        [](uv_stream_t* s, ssize_t size, const uv_buf_t* buffer) {
          auto* const self = static_cast<child*>(s->data);
          if (size >= 0) return self->read({buffer->base, static_cast<std::size_t>(size)});
          uv_read_stop(s);
          self->part_ended();
        });
  }
  child(const child&) = delete;
  child& operator=(const child&) = delete;

  void signal(int number) { uv_process_kill(&process_, number); }

 private:
  ~child() = default;

  void read(std::string_view bytes) {
    line_ += bytes;
    for (std::size_t end = 0; (end = line_.find('\n')) != std::string::npos; line_.erase(0, end + 1)) {
      if (on_line_) on_line_(line_.substr(0, end));
    }
  }
  /// It ends when the process has ended and everything that it printed is read.
  void part_ended() {
    if (++ended_ < 2) return;
    on_end_();
    std::fclose(log_);
    for (uv_handle_t* const each :
         {reinterpret_cast<uv_handle_t*>(&process_), reinterpret_cast<uv_handle_t*>(&output_)}) {
      uv_close(each, [](uv_handle_t* h) {
        auto* const self = static_cast<child*>(h->data);
        if (++self->closed_ == 2) delete self;
      });
    }
  }

  std::function<void(std::string)> on_line_;
  std::function<void()> on_end_;
  std::FILE* log_ = nullptr;
  uv_process_t process_{};
  uv_pipe_t output_{};
  char room_[4096];
  std::string line_;
  int ended_ = 0;
  int closed_ = 0;
};

}  // namespace test
