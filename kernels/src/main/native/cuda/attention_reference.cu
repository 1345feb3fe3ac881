#include "attention.cuh"

namespace hstu {
namespace {

// One block a row and head; weights of the row in shared memory.
__global__ void reference_kernel(Shape shape, BatchArrays batch, const bf16 *uvqk, const float *positions,
                                 const float *bucket_bias, const int64_t *edges, float *o) {
  extern __shared__ float weights[];
  const int token = blockIdx.x;
  const int head = blockIdx.y;
  if (token >= batch.header->tokens) return;
  int user = 0;
  int end = batch.header->users;
  while (end - user > 1) {  // the last user whose first token isn't past this one
    const int middle = (user + end) / 2;
    if (batch.offsets[middle] <= token) {
      user = middle;
    } else {
      end = middle;
    }
  }
  const int first = batch.offsets[user];
  const int row = token - first;
  const int *times = batch.times + batch.time_offsets[user];
  const size_t stride = shape.projection();
  const bf16 *q = uvqk + token * stride + shape.q_column(head);
  for (int j = threadIdx.x; j <= row; j += blockDim.x) {
    const bf16 *k = uvqk + (first + j) * stride + shape.k_column(head);
    float score = 0;
    for (int c = 0; c < shape.width; c++) score += __bfloat162float(q[c]) * __bfloat162float(k[c]);
    const int64_t difference = llabs(static_cast<int64_t>(times[row + 1]) - times[j]);
    int bucket = 0;
    while (bucket < 128 && edges[bucket] <= difference) bucket++;
    score += positions[shape.slots - 1 + j - row] + bucket_bias[bucket];
    weights[j] = score / (1.f + expf(-score)) / shape.slots;
  }
  __syncthreads();
  for (int c = threadIdx.x; c < shape.width; c += blockDim.x) {
    float sum = 0;
    for (int j = 0; j <= row; j++) {
      sum += weights[j] * __bfloat162float(uvqk[(first + j) * stride + shape.v_column(head) + c]);
    }
    o[static_cast<size_t>(token) * shape.hidden + head * shape.width + c] = sum;
  }
}

}  // namespace

cudaError_t attention_reference(const AttentionArgs &args, int tokens, const float *positions, const float *times,
                                const int64_t *edges, float *o, cudaStream_t stream) {
  const size_t shared = sizeof(float) * args.shape.max_events;
  cudaError_t status =
      cudaFuncSetAttribute(reference_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared));
  if (status != cudaSuccess) return status;
  const dim3 grid(tokens, args.shape.heads);
  reference_kernel<<<grid, 128, shared, stream>>>(args.shape, args.batch, args.uvqk, positions, times, edges, o);
  return cudaGetLastError();
}

}  // namespace hstu
