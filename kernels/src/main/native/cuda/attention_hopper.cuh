#pragma once

#include "attention.cuh"

namespace hstu {

cudaError_t attention_variant(const AttentionArgs &args, int variant, cudaStream_t stream, int *rows = nullptr);

}
