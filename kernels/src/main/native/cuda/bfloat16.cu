// The forward pass in bfloat16 with float32 sums and residual stream, by the fast kernels.
#include <cuda.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "attention.cuh"
#include "embedding.cuh"
#include "forward.h"
#include "hopper.cuh"
#include "output.cuh"
#include "path.cuh"
#include "projection.cuh"
#include "rows.cuh"

namespace hstu {
namespace {

// Hopper's instructions exist on compute capability 9.0 alone. HSTU_CUDA_PATH=ampere tries the other kernels on it.
Path path_of(const Model &model) {
  const char *asked = std::getenv("HSTU_CUDA_PATH");
  const bool ampere = asked != nullptr && std::strcmp(asked, "ampere") == 0;
  return model.capability == 90 && !ampere ? Path::kHopper : Path::kAmpere;
}

class Bfloat16Pass : public ForwardPass {
 public:
  Bfloat16Pass(const Model &model, const BatchCapacity &capacity)
      : model_(model),
        path_(path_of(model)),
        x_(static_cast<size_t>(capacity.tokens) * model.shape.dim_padded),
        xn_(static_cast<size_t>(capacity.tokens) * model.shape.dim_padded),
        uvqk_(static_cast<size_t>(capacity.tokens) * model.shape.projection()),
        attended_(static_cast<size_t>(capacity.tokens) * model.shape.hidden),
        counters_(1) {
    const Shape &shape = model.shape;
    if (path_ == Path::kHopper) {
      HSTU_REQUIRE(tensor_map(&uvqk_map_, uvqk_.data(), capacity.tokens, shape.projection(), shape.projection(), 64,
                              std::min(shape.width, 64)));
    }
    if (path_ == Path::kHopper) {
      HSTU_REQUIRE(rows_plan(shape, RowsWork::kLastRow, &last_plan_));
    } else {
      HSTU_REQUIRE(rows_plan(shape, RowsWork::kLastRow, RowsPath::kPlain, &last_plan_));
    }
    last_workspace_ = DeviceBuffer<char>(last_plan_.workspace_bytes * capacity.users);
  }

  void embed(const BatchArrays &batch, const BatchCapacity &grid, cudaStream_t stream) override {
    EmbedArgs args;
    args.shape = model_.shape;
    args.header = batch.header;
    args.rows = grid.tokens;
    args.offsets = batch.offsets;
    args.items = batch.items;
    args.table = model_.items_bfloat16.data();
    args.positions = model_.positions.data();
    args.x = x_.data();
    args.xn = xn_.data();
    HSTU_REQUIRE(hstu::embed(args, stream));
  }

  void block(int index, const BatchArrays &batch, const BatchCapacity &grid, const TileForm &form,
             cudaStream_t stream) override {
    project(index, false, batch, grid, stream);
    AttentionArgs attention;
    attention.shape = model_.shape;
    attention.batch = batch;
    attention.form = form;
    attention.most_q_tiles = grid.q_tiles();
    attention.map = &uvqk_map_;
    attention.uvqk = uvqk_.data();
    attention.o = attended_.data();
    attention.tables = model_.biases[index].tables.data();
    attention.counters = counters_.data();
    HSTU_REQUIRE(hstu::attention(attention, path_, stream));
    OutputArgs output;
    output.shape = model_.shape;
    output.header = batch.header;
    output.rows = grid.tokens;
    output.uvqk = uvqk_.data();
    output.attended = attended_.data();
    output.weights = model_.bfloat16[index].output.data();
    output.bias = model_.biases[index].output.data();
    output.x = x_.data();
    output.xn = index + 1 < model_.shape.blocks ? xn_.data() : nullptr;
    HSTU_REQUIRE(hstu::output(output, path_, stream));
  }

  void last_block(const BatchArrays &batch, const BatchCapacity &grid, float *embeddings, cudaStream_t stream) override {
    const int last = model_.shape.blocks - 1;
    project(last, true, batch, grid, stream);
    LastRowsArgs args;
    args.shape = model_.shape;
    args.plan = last_plan_;
    args.batch = batch;
    args.most_users = grid.users;
    args.x = x_.data();
    args.uvqk = uvqk_.data();
    args.weights = BlockWeights{model_.bfloat16[last].projection.data(), model_.bfloat16[last].output.data(),
                                model_.biases[last].output.data(), model_.biases[last].position.data(),
                                model_.biases[last].time.data()};
    args.workspace = last_workspace_.data();
    args.embeddings = embeddings;
    HSTU_REQUIRE(last_rows(args, stream));
  }

  void keep(int index, const KeptPages &kept, const BatchArrays &batch, const BatchCapacity &grid,
            cudaStream_t stream) override {
    KeepArgs args;
    args.shape = model_.shape;
    args.batch = batch;
    args.most_tokens = grid.tokens;
    args.uvqk = uvqk_.data();
    args.block = index;
    args.kept = kept;
    HSTU_REQUIRE(hstu::keep(args, stream));
  }

  const float *residual() const override { return x_.data(); }
  int residual_stride() const override { return model_.shape.dim_padded; }
  bool recordable() const override { return true; }

 private:
  // uvqk of a block, or of the last when serving its keys and values alone: u and q of the last rows are the row kernel's.
  void project(int index, bool keys_and_values, const BatchArrays &batch, const BatchCapacity &grid, cudaStream_t stream) {
    const Shape &shape = model_.shape;
    ProjectArgs args = {};
    args.shape = shape;
    args.header = batch.header;
    args.rows = grid.tokens;
    args.xn = xn_.data();
    args.weights = model_.bfloat16[index].projection.data();
    args.uvqk = uvqk_.data();
    if (keys_and_values) {
      args.ranges[0] = ColumnRange{shape.v_column(0), shape.hidden};
      args.ranges[1] = ColumnRange{shape.k_column(0), shape.hidden};
      args.range_count = 2;
    }
    HSTU_REQUIRE(hstu::project(args, path_, stream));
  }

  const Model &model_;
  const Path path_;
  DeviceBuffer<float> x_;        // residual stream [T][Dp]
  DeviceBuffer<bf16> xn_;        // layerNorm(x) [T][Dp]
  DeviceBuffer<bf16> uvqk_;      // [T][4 HW]
  DeviceBuffer<bf16> attended_;  // o [T][HW]
  DeviceBuffer<WorkCounters> counters_;
  CUtensorMap uvqk_map_ = {};
  RowsPlan last_plan_;
  DeviceBuffer<char> last_workspace_;
};

}  // namespace

std::unique_ptr<ForwardPass> bfloat16_pass(const Model &model, const BatchCapacity &capacity) {
  return std::make_unique<Bfloat16Pass>(model, capacity);
}

}  // namespace hstu
