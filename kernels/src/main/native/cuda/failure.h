// How the host side fails: an exception that becomes a code and a sentence where C begins (hstu_cuda.cu).
#pragma once

#include <cuda_runtime.h>

#include <cstdio>
#include <stdexcept>
#include <string>

#include "hstu_cuda.h"

namespace hstu {

class Failure : public std::runtime_error {
 public:
  Failure(int code, const std::string &message) : std::runtime_error(message), code_(code) {}
  int code() const { return code_; }

 private:
  int code_;
};

template <typename... Values>
[[noreturn]] void refuse(int code, const char *format, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, format, values...);
  throw Failure(code, text);
}

[[noreturn]] inline void refuse(int code, const char *text) { throw Failure(code, text); }

// Throws unless a CUDA call succeeded. `call` is its source text, of which the name before the bracket is shown.
inline void require(cudaError_t status, const char *call) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // an error that doesn't stick is not to be reported a second time
  const std::string text(call);
  const int code = status == cudaErrorMemoryAllocation                                          ? HSTU_OUT_OF_MEMORY
                   : status == cudaErrorNoDevice || status == cudaErrorInsufficientDriver ? HSTU_NO_DEVICE
                                                                                               : HSTU_CUDA_FAILED;
  throw Failure(code, text.substr(0, text.find('(')) + ": " + cudaGetErrorString(status) + " (" +
                          cudaGetErrorName(status) + ")");
}

}  // namespace hstu

#define HSTU_REQUIRE(call) ::hstu::require((call), #call)
