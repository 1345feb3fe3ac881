# SASRec for retrieval in TorchScript, the dialect of a module's saved code; TorchScript.java loads it
# together with encoder.py, the rest of the class.
#
# The arithmetic is that of HSTU.md, "Training", "SASRec baseline". Shapes: B users padded at their
# ends to L events, D, h and b as there, H the hidden width. `parameters` holds P and then, of each
# block, the packed input projection of the attention (3D, D) with its bias, its output projection
# (D, D) with its bias, W1 (H, D, 1), b1, W2 (D, H, 1), b2. Padding needs no mask of its own: attention
# looks back only, so no event sees what stands after it, and the loss weighs padding 0. Times are
# arguments because every architecture has them; nothing here reads them.


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
    blocks = self.blocks(parameters)
    x = self.embedded(rows, parameters[0])
    ahead = self.context(times, edges)
    for i in range(blocks - 1):
      x = self.block(x, x, parameters, i, ahead, self.no_dropout())
    users = torch.arange(x.size(0), device=x.device)
    x_last = torch.unsqueeze(torch.index(x, annotate(List[Optional[Tensor]], [users, last])), 1)
    later = torch.gt(torch.unsqueeze(torch.arange(x.size(1), device=x.device), 0), torch.unsqueeze(last, 1))
    row = self.block(x_last, x, parameters, blocks - 1, torch.unsqueeze(self.masked(later), 1), self.no_dropout())
    return self.normalised(torch.squeeze(row, 1))

  # As encode, and every value on the way: each block's output and the normalised sequence, (B, L, D).
  def trace(self: __torch__.Encoder, parameters: List[Tensor], rows: Tensor, times: Tensor, edges: Tensor) -> List[Tensor]:
    x = self.embedded(rows, parameters[0])
    ahead = self.context(times, edges)
    outputs = annotate(List[Tensor], [])
    for i in range(self.blocks(parameters)):
      x = self.block(x, x, parameters, i, ahead, self.no_dropout())
      outputs.append(x)
    outputs.append(self.normalised(x))
    return outputs

  # ---- loss and gradients ----------------------------------------------------------------------

  # What is added to scores: minus infinity where a later event stands, (1, L, L).
  def context(self: __torch__.Encoder, times: Tensor, edges: Tensor) -> Tensor:
    length = times.size(1) - 1
    later = torch.triu(torch.ones([length, length], dtype=11, device=times.device), 1)
    return torch.unsqueeze(self.masked(later), 0)

  # All parameters of the blocks are leaves. scales: of each block the attention (h, B, L, L), the hidden
  # layer (B, L, H) and the output (B, L, D), end to end.
  def blocks_of(self: __torch__.Encoder, x: Tensor, dense: List[Tensor], parameters: List[Tensor], leaves: List[Tensor], ahead: Tensor, scales: Tensor) -> Tensor:
    blocks = self.blocks(parameters)
    values = scales.numel() // blocks
    for i in range(blocks):
      for t in range(8):
        leaves.append(dense[8 * i + t + 1])
      x = self.block(x, x, dense, i, ahead, torch.slice(scales, 0, i * values, (i + 1) * values))
    return x

  def fold(self: __torch__.Encoder, found: List[Tensor], gradients: List[Tensor], ahead: Tensor) -> Tensor:
    for t in range(len(gradients) - 1):
      torch.add_(gradients[t + 1], found[t])
    return gradients[0]

  # ---- the model -------------------------------------------------------------------------------

  def blocks(self: __torch__.Encoder, parameters: List[Tensor]) -> int:
    return (len(parameters) - 1) // 8

  # 0, and minus infinity where `mask`.
  def masked(self: __torch__.Encoder, mask: Tensor) -> Tensor:
    return torch.masked_fill(torch.zeros(mask.size(), dtype=6, device=mask.device), mask, -float("inf"))

  # Block i for the rows `x` (B, R, D), which attend to `past` (B, L, D) with `ahead` added to the scores.
  def block(self: __torch__.Encoder, x: Tensor, past: Tensor, parameters: List[Tensor], i: int, ahead: Tensor, scales: Tensor) -> Tensor:
    d = x.size(2)
    first = 8 * i + 1
    w = parameters[first]
    bias = parameters[first + 1]
    normed = self.layer_norm(x)
    q = torch.linear(normed, torch.slice(w, 0, 0, d), torch.slice(bias, 0, 0, d))
    k, v, = torch.split_with_sizes(torch.linear(past, torch.slice(w, 0, d), torch.slice(bias, 0, d)), [d, d], 2)
    width = d // self.heads
    cells = x.size(0) * x.size(1) * past.size(1)
    # Head by head: slices go into the matrix products as they lie, and each a (B, R, L) is used while it
    # is in the cache.
    heads = annotate(List[Tensor], [])
    for h in range(self.heads):
      q_h = torch.slice(q, 2, h * width, (h + 1) * width)
      k_h = torch.slice(k, 2, h * width, (h + 1) * width)
      v_h = torch.slice(v, 2, h * width, (h + 1) * width)
      scores = torch.baddbmm(ahead, q_h, torch.transpose(k_h, 1, 2), alpha=float(width) ** -0.5)
      a = self.dropped(torch.softmax(scores, 2), torch.slice(scales, 0, h * cells, (h + 1) * cells))
      heads.append(torch.bmm(a, v_h))
    attended = torch.linear(torch.cat(heads, 2), parameters[first + 2], parameters[first + 3])
    z = self.layer_norm(torch.add(normed, attended))
    w1 = torch.squeeze(parameters[first + 4], 2)
    w2 = torch.squeeze(parameters[first + 6], 2)
    at = self.heads * cells
    hidden = torch.relu(torch.linear(z, w1, parameters[first + 5]))
    hidden = self.dropped(hidden, torch.slice(scales, 0, at, at + hidden.numel()))
    output = torch.linear(hidden, w2, parameters[first + 7])
    output = self.dropped(output, torch.slice(scales, 0, at + hidden.numel()))
    return torch.add(output, z)
