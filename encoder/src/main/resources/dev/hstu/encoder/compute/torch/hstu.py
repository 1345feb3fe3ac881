# HSTU for retrieval in TorchScript, the dialect of a module's saved code; TorchScript.java loads it
# together with encoder.py, the rest of the class.
#
# The arithmetic is that of HSTU.md. Shapes: B users padded at their ends to L events, D, h, dqk and
# dv as there, N slots, b blocks. `parameters` holds P and then W, Wo, bo, pos, time of each block;
# the item table E stands apart, since serving never loads it. Padding needs no mask of its own:
# attention looks back only, so no event sees what stands after it, and the loss weighs padding 0.


class Encoder(Module):
  __parameters__ = []
  __buffers__ = []
  heads : int
  temperature : float
  epsilon : float
  norm_epsilon : float
  products_per_draw : int

  # ---- user embeddings -------------------------------------------------------------------------

  # rows (B, L, D) of E, times (B, L+1) int64, last (B) int64 -> (B, D), normalised.
  # The last block computes the last event's row only: O(L) instead of O(L²).
  def encode(self: __torch__.Encoder, parameters: List[Tensor], rows: Tensor, times: Tensor, last: Tensor, edges: Tensor) -> Tensor:
    slots = parameters[0].size(0)
    blocks = self.blocks(parameters)
    buckets = self.time_buckets(times, edges)
    x = self.embedded(rows, parameters[0])
    for i in range(blocks - 1):
      x = self.block(x, parameters, i, self.bias(parameters, i, buckets), self.no_dropout())
    return self.normalised(self.last_row(x, parameters, blocks - 1, buckets, last))

  # As encode, and every value on the way: each block's output and the normalised sequence, (B, L, D).
  def trace(self: __torch__.Encoder, parameters: List[Tensor], rows: Tensor, times: Tensor, edges: Tensor) -> List[Tensor]:
    buckets = self.time_buckets(times, edges)
    x = self.embedded(rows, parameters[0])
    outputs = annotate(List[Tensor], [])
    for i in range(self.blocks(parameters)):
      x = self.block(x, parameters, i, self.bias(parameters, i, buckets), self.no_dropout())
      outputs.append(x)
    outputs.append(self.normalised(x))
    return outputs

  # ---- loss and gradients ----------------------------------------------------------------------

  # The time buckets: every block looks up its own times in them.
  def context(self: __torch__.Encoder, times: Tensor, edges: Tensor) -> Tensor:
    return self.time_buckets(times, edges)

  # Biases are leaves of the graph as looked-up rows are, see accumulate.
  def blocks_of(self: __torch__.Encoder, x: Tensor, dense: List[Tensor], parameters: List[Tensor], leaves: List[Tensor], buckets: Tensor, scales: Tensor) -> Tensor:
    for i in range(self.blocks(parameters)):
      bias = self.leaf(self.bias(parameters, i, buckets))
      leaves.append(bias)
      leaves.append(dense[5 * i + 1])
      leaves.append(dense[5 * i + 2])
      leaves.append(dense[5 * i + 3])
      gates = x.size(0) * x.size(1) * self.widths(dense, i)[0]
      x = self.block(x, dense, i, bias, torch.slice(scales, 0, i * gates, (i + 1) * gates))
    return x

  def fold(self: __torch__.Encoder, found: List[Tensor], gradients: List[Tensor], buckets: Tensor) -> Tensor:
    for i in range(self.blocks(gradients)):
      self.fold_bias(found[4 * i], buckets, gradients[5 * i + 4], gradients[5 * i + 5])
      torch.add_(gradients[5 * i + 1], found[4 * i + 1])
      torch.add_(gradients[5 * i + 2], found[4 * i + 2])
      torch.add_(gradients[5 * i + 3], found[4 * i + 3])
    return gradients[0]

  # The gradient of a block's bias, (B, L, L), added to those of its tables: pos along diagonals,
  # time by bucket. Each user's buckets are summed apart first, which keeps float32 sums short.
  def fold_bias(self: __torch__.Encoder, gradient: Tensor, buckets: Tensor, positions: Tensor, times: Tensor) -> Tensor:
    users = gradient.size(0)
    length = gradient.size(1)
    at = torch.arange(length, device=gradient.device)
    diagonals = torch.add(torch.sub(torch.unsqueeze(at, 0), torch.unsqueeze(at, 1)), positions.size(0) // 2)
    torch.index_add_(positions, 0, torch.flatten(diagonals), torch.flatten(torch.sum(gradient, [0])))
    entries = times.size(0) + 1
    user = torch.view(torch.mul(torch.arange(users, device=gradient.device), entries), [-1, 1, 1])
    sums = torch.bincount(torch.flatten(torch.add(buckets, user)), torch.flatten(gradient), users * entries)
    by_bucket = torch.sum(torch.view(sums, [users, entries]), [0])
    return torch.add_(times, torch.slice(by_bucket, 0, 0, entries - 1))

  # ---- the model -------------------------------------------------------------------------------

  def blocks(self: __torch__.Encoder, parameters: List[Tensor]) -> int:
    return (len(parameters) - 1) // 5

  # bucket(t[i+1] - t[j]) for j <= i, and for later j one past the last bucket, (B, L, L) int32.
  def time_buckets(self: __torch__.Encoder, times: Tensor, edges: Tensor) -> Tensor:
    length = times.size(1) - 1
    next = torch.unsqueeze(torch.slice(times, 1, 1), 2)
    past = torch.unsqueeze(torch.slice(times, 1, 0, length), 1)
    buckets = torch.bucketize(torch.abs(torch.sub(next, past)), edges, out_int32=True, right=True)
    later = torch.triu(torch.ones([length, length], dtype=11, device=times.device), 1)
    return torch.masked_fill_(buckets, later, edges.size(0) + 1)

  # A block's time table with one entry more, for what lies ahead: silu(-10000) is exactly 0 in
  # float32, and so is its derivative, so that the bias masks as well.
  def time_table(self: __torch__.Encoder, parameters: List[Tensor], i: int) -> Tensor:
    table = parameters[5 * i + 5]
    return torch.cat([table, torch.full([1], -10000., dtype=6, device=table.device)])

  # pos[N-1+j-i] + time[bucket], (B, L, L).
  def bias(self: __torch__.Encoder, parameters: List[Tensor], i: int, buckets: Tensor) -> Tensor:
    length = buckets.size(1)
    slots = parameters[0].size(0)
    diagonals = torch.slice(parameters[5 * i + 4], 0, slots - length, slots + length - 1)
    by_position = torch.flip(torch.unfold(diagonals, 0, length, 1), [0])
    by_time = torch.index_select(self.time_table(parameters, i), 0, torch.flatten(buckets))
    return torch.add_(torch.view(by_time, [-1, length, length]), by_position)

  # Step 2: block i of x (B, L, D).
  def block(self: __torch__.Encoder, x: Tensor, parameters: List[Tensor], i: int, bias: Tensor, scales: Tensor) -> Tensor:
    widths = self.widths(parameters, i)
    u, v, q, k, = torch.split_with_sizes(torch.silu(torch.matmul(self.layer_norm(x), parameters[5 * i + 1])), [widths[0], widths[0], widths[1], widths[1]], 2)
    value = widths[0] // self.heads
    query = widths[1] // self.heads
    # Head by head: slices go into the matrix products as they lie, and each a (B, L, L) is used
    # while it is in the cache.
    heads = annotate(List[Tensor], [])
    for h in range(self.heads):
      q_h = torch.slice(q, 2, h * query, (h + 1) * query)
      k_h = torch.slice(k, 2, h * query, (h + 1) * query)
      v_h = torch.slice(v, 2, h * value, (h + 1) * value)
      a = torch.silu(torch.baddbmm(bias, q_h, torch.transpose(k_h, 1, 2)))
      heads.append(torch.bmm(a, v_h))
    return self.gated(x, u, torch.cat(heads, 2), parameters, i, scales)

  # Block i for one row of each user, last (B): (B, D).
  def last_row(self: __torch__.Encoder, x: Tensor, parameters: List[Tensor], i: int, buckets: Tensor, last: Tensor) -> Tensor:
    widths = self.widths(parameters, i)
    slots = parameters[0].size(0)
    length = x.size(1)
    users = torch.arange(x.size(0), device=x.device)
    at = torch.arange(length, device=x.device)
    w = parameters[5 * i + 1]
    w_u, w_v, w_q, w_k, = torch.split_with_sizes(w, [widths[0], widths[0], widths[1], widths[1]], 1)
    normed = self.layer_norm(x)
    k = torch.silu(torch.matmul(normed, w_k))
    v = torch.silu(torch.matmul(normed, w_v))
    normed_last = torch.index(normed, annotate(List[Optional[Tensor]], [users, last]))
    u = torch.silu(torch.matmul(normed_last, w_u))
    q = torch.silu(torch.matmul(normed_last, w_q))
    row = torch.index(buckets, annotate(List[Optional[Tensor]], [users, last]))
    by_time = torch.index(self.time_table(parameters, i), annotate(List[Optional[Tensor]], [row]))
    diagonals = torch.add(torch.sub(torch.unsqueeze(at, 0), torch.unsqueeze(last, 1)), slots - 1)
    by_position = torch.index(parameters[5 * i + 4], annotate(List[Optional[Tensor]], [diagonals]))
    bias = torch.unsqueeze(torch.add(by_time, by_position), 1)
    value = widths[0] // self.heads
    query = widths[1] // self.heads
    heads = annotate(List[Tensor], [])
    for h in range(self.heads):
      q_h = torch.unsqueeze(torch.slice(q, 1, h * query, (h + 1) * query), 1)
      k_h = torch.slice(k, 2, h * query, (h + 1) * query)
      v_h = torch.slice(v, 2, h * value, (h + 1) * value)
      a = torch.silu(torch.baddbmm(bias, q_h, torch.transpose(k_h, 1, 2)))
      heads.append(torch.squeeze(torch.bmm(a, v_h), 1))
    x_last = torch.index(x, annotate(List[Optional[Tensor]], [users, last]))
    return self.gated(x_last, u, torch.cat(heads, 1), parameters, i, self.no_dropout())

  # (u * layerNorm(attended / N)) Wo' + bo + x.
  def gated(self: __torch__.Encoder, x: Tensor, u: Tensor, attended: Tensor, parameters: List[Tensor], i: int, scales: Tensor) -> Tensor:
    o = self.layer_norm(torch.div(attended, parameters[0].size(0)))
    gate = self.dropped(torch.mul(u, o), scales)
    return torch.add(torch.linear(gate, parameters[5 * i + 2], parameters[5 * i + 3]), x)

  # [h * dv, h * dqk] of block i.
  def widths(self: __torch__.Encoder, parameters: List[Tensor], i: int) -> List[int]:
    values = parameters[5 * i + 2].size(1)
    return [values, parameters[5 * i + 1].size(1) // 2 - values]
