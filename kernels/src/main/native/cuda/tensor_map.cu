#include "hopper.cuh"

namespace hstu {

// The encoder lives in the driver, which is asked for it at run time: the library links no libcuda and loads where
// there is none.
cudaError_t tensor_map(CUtensorMap *map, const bf16 *matrix, uint64_t rows, uint64_t columns, uint64_t row_stride,
                       uint32_t box_rows, uint32_t box_columns) {
  using Encode = CUresult (*)(CUtensorMap *, CUtensorMapDataType, cuuint32_t, void *, const cuuint64_t *,
                              const cuuint64_t *, const cuuint32_t *, const cuuint32_t *, CUtensorMapInterleave,
                              CUtensorMapSwizzle, CUtensorMapL2promotion, CUtensorMapFloatOOBfill);
  void *entry = nullptr;
  cudaDriverEntryPointQueryResult found;
  cudaError_t status =
      cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &entry, 12000, cudaEnableDefault, &found);
  if (status != cudaSuccess) return status;
  if (found != cudaDriverEntryPointSuccess || entry == nullptr) return cudaErrorNotSupported;
  const uint32_t row_bytes = box_columns * sizeof(bf16);
  if (row_bytes != 64 && row_bytes != 128) return cudaErrorInvalidValue;
  const cuuint64_t sizes[2] = {columns, rows};
  const cuuint64_t strides[1] = {row_stride * sizeof(bf16)};
  const cuuint32_t box[2] = {box_columns, box_rows};
  const cuuint32_t steps[2] = {1, 1};
  const CUresult result = reinterpret_cast<Encode>(entry)(
      map, CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, 2, const_cast<bf16 *>(matrix), sizes, strides, box, steps,
      CU_TENSOR_MAP_INTERLEAVE_NONE, row_bytes == 128 ? CU_TENSOR_MAP_SWIZZLE_128B : CU_TENSOR_MAP_SWIZZLE_64B,
      CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  return result == CUDA_SUCCESS ? cudaSuccess : cudaErrorInvalidValue;
}

}  // namespace hstu
