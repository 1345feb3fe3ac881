// The form of last_rows and append that needs no clusters: five launches a block of the model, for every capability from 8.0 on and every shape.
#pragma once

#include "rows.cuh"

namespace hstu {

size_t plain_workspace_bytes(const Shape &shape, RowsWork work);
cudaError_t plain_launch(const LastRowsArgs &args, cudaStream_t stream);
cudaError_t plain_launch(const AppendArgs &args, cudaStream_t stream);

}  // namespace hstu
