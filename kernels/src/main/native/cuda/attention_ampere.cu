// The attention with what every card since compute capability 8.0 has: mma.sync on tiles in shared memory that cp.async
// fills, two deep. A block of four warps owns 64 query rows of one head, a warp 16 of them; bias and SiLU are those of
// the Hopper path.
#include "attention_bias.cuh"
#include "projection_mma.cuh"

namespace hstu {
namespace {

constexpr int kRows = 64;
constexpr int kKeys = 64;
constexpr int kThreads = 128;
constexpr int kWindow = kRows + kKeys;

template <int width>
struct Tiles {
  static constexpr int bytes = 64 * width * sizeof(bf16);
  struct Stage {
    unsigned char k[bytes];
    unsigned char v[bytes];
    float even[kWindow];
    float odd[kWindow + 16];  // shifts the banks of the odd pairs against the even ones'
    int times[kKeys];
    int pad[48];
  };
  struct Shared {
    unsigned char q[bytes];
    Stage stage[2];
    BiasTables tables;
  };
  static_assert(sizeof(Stage) % 256 == 0, "vectors start at 16 bytes");

  // 16-byte vector of a row: eight neighbouring rows fall into different banks.
  static __device__ __forceinline__ int place(int row, int vector) {
    const int mixed = width == 32 ? vector ^ (row >> 1 & 3) : vector ^ (row & 7);
    return row * width * 2 + mixed * 16;
  }

  // 64 rows of one head from token `first` on; rows past `rows` arrive as zeros.
  static __device__ __forceinline__ void load(unsigned char *target, const bf16 *source, size_t stride, int rows) {
    constexpr int vectors = width / 8;
    const uint32_t address = shared_address(target);
    for (int i = threadIdx.x; i < 64 * vectors; i += kThreads) {
      const int row = i / vectors, vector = i % vectors;
      const bool real = row < rows;
      copy_async(address + place(row, vector), source + (real ? row : 0) * stride + vector * 8, real);
    }
  }
};

template <typename T>
__device__ __forceinline__ void load_flat(T *target, const T *source, int count) {
  for (int i = threadIdx.x * 4; i < count; i += kThreads * 4) copy_async(shared_address(target + i), source + i, true);
}

__device__ __forceinline__ void load_transposed(uint32_t (&d)[4], uint32_t address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(d[0]), "=r"(d[1]), "=r"(d[2]), "=r"(d[3])
               : "r"(address));
}

__device__ __forceinline__ void multiply(float *d, const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
      "{%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

template <int width>
__global__ void __launch_bounds__(kThreads)
    attention_mma_kernel(Shape shape, BatchArrays batch, int groups, const bf16 *uvqk, bf16 *o, const BiasTables *tables) {
  extern __shared__ __align__(256) unsigned char raw[];
  typename Tiles<width>::Shared &shared = *reinterpret_cast<typename Tiles<width>::Shared *>(raw);
  const int head = blockIdx.x % shape.heads;
  const int group = blockIdx.x / shape.heads % groups;
  const int entry = blockIdx.x / shape.heads / groups;
  if (entry >= batch.header->q_tiles) return;
  const QTile tile = batch.q_tiles[entry];
  const int row0 = tile.row0 + kRows * group;
  if (row0 < 0 || row0 >= tile.length) return;
  const int lane = threadIdx.x % 32;
  const int warp = threadIdx.x / 32;
  const size_t stride = shape.projection();
  const bf16 *tokens = uvqk + tile.token0 * stride;
  const int *times = batch.times + tile.time0;
  const int tiles = (min(tile.length, row0 + kRows) + kKeys - 1) / kKeys;
  const float *positions = reinterpret_cast<const float *>(tables + 1) + position_origin(shape.slots) - row0 - (kRows - 1);
  const auto load = [&](int t) {
    if (t < tiles) {
      typename Tiles<width>::Stage &stage = shared.stage[t % 2];
      const int key0 = t * kKeys;
      Tiles<width>::load(stage.k, tokens + key0 * stride + shape.k_column(head), stride, tile.length - key0);
      Tiles<width>::load(stage.v, tokens + key0 * stride + shape.v_column(head), stride, tile.length - key0);
      load_flat(stage.even, positions + key0, kWindow);
      load_flat(stage.odd, positions + position_entries(shape.slots) + key0, kWindow);
      load_flat(stage.times, times + key0, kKeys);
    }
    copy_async_commit();
  };
  Tiles<width>::load(shared.q, tokens + row0 * stride + shape.q_column(head), stride, tile.length - row0);
  load_flat(reinterpret_cast<float *>(&shared.tables), reinterpret_cast<const float *>(tables), sizeof(BiasTables) / 4);
  load(0);

  const TileRows rows(row0 + 16 * warp, times, tile.length, batch.header->sorted != 0);
  const int column = 2 * (lane % 4);
  const int place = column - (rows.row() - row0) + kRows - 1 - 8;

  float output[width / 2] = {};
  for (int t = 0; t < tiles; t++) {
    load(t + 1);
    copy_async_wait<1>();
    __syncthreads();
    typename Tiles<width>::Stage &stage = shared.stage[t % 2];
    const int key0 = t * kKeys;
    float scores[kKeys / 2] = {};
#pragma unroll
    for (int step = 0; step < width / 16; step++) {
      uint32_t a[4];
      load_matrices(a, shared_address(shared.q) + Tiles<width>::place(16 * warp + (lane & 15), 2 * step + (lane >> 4)));
#pragma unroll
      for (int n = 0; n < kKeys / 16; n++) {
        uint32_t b[4];
        load_matrices(b, shared_address(stage.k) + Tiles<width>::place(16 * n + (lane & 7) + (lane >> 4) * 8,
                                                                       2 * step + (lane >> 3 & 1)));
        multiply(scores + 8 * n, a, b[0], b[1]);
        multiply(scores + 8 * n + 4, a, b[2], b[3]);
      }
    }
    const float *window = (place & 1) != 0 ? stage.odd + place + 1 : stage.even + place;
    float bias[kKeys / 2];
    const Spans spans =
        spans_of<kKeys / kChunk>(shared.tables, rows, stage.times, min(kKeys, tile.length - key0), lane);
    bias_tile<kKeys / 8>(bias, shared.tables, rows, reinterpret_cast<const float2 *>(window), spans, stage.times, lane,
                         key0 + column - rows.row(), rows.first_row + 15 - key0);
    uint32_t weights[kKeys / 4];
    weigh<kKeys / 8>(scores, bias, weights);
#pragma unroll
    for (int step = 0; step < kKeys / 16; step++) {
      const uint32_t a[4] = {weights[4 * step], weights[4 * step + 1], weights[4 * step + 2], weights[4 * step + 3]};
#pragma unroll
      for (int n = 0; n < width / 16; n++) {
        uint32_t b[4];
        load_transposed(b, shared_address(stage.v) + Tiles<width>::place(16 * step + (lane & 15), 2 * n + (lane >> 4)));
        multiply(output + 8 * n, a, b[0], b[1]);
        multiply(output + 8 * n + 4, a, b[2], b[3]);
      }
    }
    __syncthreads();
  }
  const float scale = 1.f / shape.slots;
  for (int half = 0; half < 2; half++) {
    const int row = rows.row() + 8 * half;
    if (row >= tile.length) continue;
    bf16 *target = o + static_cast<size_t>(tile.token0 + row) * shape.hidden + head * width + column;
#pragma unroll
    for (int g = 0; g < width / 8; g++) {
      *reinterpret_cast<uint32_t *>(target + 8 * g) =
          packed(output[4 * g + 2 * half] * scale, output[4 * g + 2 * half + 1] * scale);
    }
  }
}

template <int width>
cudaError_t launch(const AttentionArgs &args, cudaStream_t stream) {
  const int bytes = sizeof(typename Tiles<width>::Shared);
  // Each time, since it holds for one device and a process may use several.
  const cudaError_t raised =
      cudaFuncSetAttribute(attention_mma_kernel<width>, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
  if (raised != cudaSuccess) return raised;
  const int groups = args.form.rows / kRows;
  attention_mma_kernel<width><<<args.most_q_tiles * groups * args.shape.heads, kThreads, bytes, stream>>>(
      args.shape, args.batch, groups, args.uvqk, args.o, static_cast<const BiasTables *>(args.tables));
  return cudaGetLastError();
}

}  // namespace

cudaError_t attention_ampere(const AttentionArgs &args, cudaStream_t stream) {
  switch (args.shape.width) {
    case 32:
      return launch<32>(args, stream);
    case 64:
      return launch<64>(args, stream);
    case 128:
      return launch<128>(args, stream);
    default:
      return cudaErrorInvalidValue;
  }
}

}  // namespace hstu
