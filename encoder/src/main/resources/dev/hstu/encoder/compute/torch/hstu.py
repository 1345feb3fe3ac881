# HSTU for retrieval in TorchScript, the dialect of a module's saved code; TorchScript.java loads it.
#
# The arithmetic is that of HSTU.md. Shapes: B users padded at their ends to L events, D, h, dqk and
# dv as there, N slots, b blocks. `parameters` holds P and then W, Wo, bo, pos, time of each block;
# the item table E stands apart, since serving never loads it. Padding needs no mask of its own:
# attention looks back only, so no event sees what stands after it, and the loss weighs padding 0.


class Hstu(Module):
  __parameters__ = []
  __buffers__ = []
  heads : int
  temperature : float
  epsilon : float

  # ---- user embeddings -------------------------------------------------------------------------

  # rows (B, L, D) of E, times (B, L+1) int64, last (B) int64 -> (B, D), normalised.
  # The last block computes the last event's row only: O(L) instead of O(L²).
  def encode(self: __torch__.Hstu, parameters: List[Tensor], rows: Tensor, times: Tensor, last: Tensor, edges: Tensor) -> Tensor:
    slots = parameters[0].size(0)
    blocks = self.blocks(parameters)
    buckets = self.time_buckets(times, edges)
    x = self.embedded(rows, parameters[0])
    for i in range(blocks - 1):
      x = self.block(x, parameters, i, self.bias(parameters, i, buckets), self.no_dropout())
    return self.normalised(self.last_row(x, parameters, blocks - 1, buckets, last))

  # As encode, and every value on the way: each block's output and the normalised sequence, (B, L, D).
  def trace(self: __torch__.Hstu, parameters: List[Tensor], rows: Tensor, times: Tensor, edges: Tensor) -> List[Tensor]:
    buckets = self.time_buckets(times, edges)
    x = self.embedded(rows, parameters[0])
    outputs = annotate(List[Tensor], [])
    for i in range(self.blocks(parameters)):
      x = self.block(x, parameters, i, self.bias(parameters, i, buckets), self.no_dropout())
      outputs.append(x)
    outputs.append(self.normalised(x))
    return outputs

  # ---- loss and gradients ----------------------------------------------------------------------

  # Adds the gradients of scale * sum(weights * loss) to `item_gradients` and `gradients`, and
  # returns that sum, (). ids (B, L+1): the history and the target in the slot after it, so position
  # i predicts ids[i+1]; ids behind the rows of `items` are rows of `series_table`, empty for none;
  # actions (B, L): rows of `action_table`, empty for none; weights (B, L): 1 where that is supervised; negatives (B, R), shared by a
  # user's positions, or (B, L, R), drawn for each, or empty for the softmax over all items; corrections of the same shape, added to their logits, or empty. kept: 1 for each value that dropout keeps, of the
  # input (B, L, D) and then of each block's gate (B, L, h*dv), end to end; empty for no dropout.
  #
  # Looked-up rows and biases are leaves of the graph: their gradients are folded onto the tables by
  # hand below, because the graph's own backward of a lookup goes row by row, or fills a whole table
  # with zeros for each lookup.
  def accumulate(self: __torch__.Hstu, items: Tensor, parameters: List[Tensor], item_gradients: Tensor, gradients: List[Tensor], action_table: Tensor, action_gradients: Tensor, series_table: Tensor, series_gradients: Tensor, actions: Tensor, ids: Tensor, times: Tensor, weights: Tensor, negatives: Tensor, corrections: Tensor, edges: Tensor, kept: Tensor, dropout: Tensor, scale: Tensor) -> Tensor:
    length = ids.size(1) - 1
    blocks = self.blocks(parameters)
    buckets = self.time_buckets(times, edges)
    rows = self.leaf(self.looked_up(items, series_table, ids))
    leaves = annotate(List[Tensor], [])
    leaves.append(rows)
    dense = annotate(List[Tensor], [])
    for parameter in parameters:
      dense.append(self.leaf(torch.detach(parameter)))
    leaves.append(dense[0])
    biases = annotate(List[Tensor], [])
    for i in range(blocks):
      biases.append(self.leaf(self.bias(parameters, i, buckets)))
      leaves.append(biases[i])
      leaves.append(dense[5 * i + 1])
      leaves.append(dense[5 * i + 2])
      leaves.append(dense[5 * i + 3])
    scales = torch.div(torch.to(kept, 6), 1. - float(dropout))
    tokens = torch.slice(rows, 1, 0, length)
    if actions.numel() > 0:
      action_rows = self.leaf(torch.embedding(action_table, actions))
      leaves.append(action_rows)
      tokens = torch.add(tokens, action_rows)
    x = self.embedded(tokens, dense[0])
    inputs = x.numel()
    x = self.dropped(x, torch.slice(scales, 0, 0, inputs))
    for i in range(blocks):
      gates = inputs // x.size(2) * self.widths(dense, i)[0]
      x = self.block(x, dense, i, biases[i], torch.slice(scales, 0, inputs + i * gates, inputs + (i + 1) * gates))
    users = self.normalised(x)
    width = items.size(1)
    if negatives.numel() == 0:
      loss, user_gradients, = self.full_softmax(torch.detach(users), items, item_gradients, ids, torch.mul(weights, float(scale)))
      outputs = [users]
      seeds = annotate(List[Optional[Tensor]], [user_gradients])
    else:
      negative_rows = self.leaf(torch.embedding(items, negatives))
      leaves.append(negative_rows)
      losses = self.sampled_softmax(users, rows, negative_rows, ids, negatives, corrections)
      loss = torch.mul(torch.sum(torch.mul(losses, weights)), float(scale))
      outputs = [loss]
      seeds = annotate(List[Optional[Tensor]], [torch.ones_like(loss)])
    found = self.present(torch.autograd.grad(outputs, leaves, seeds))
    if series_table.numel() == 0:
      torch.index_put_(item_gradients, [torch.flatten(ids)], torch.reshape(found[0], [-1, width]), True)
    else:
      of_series = torch.unsqueeze(torch.ge(ids, items.size(0)), 2)
      of_items = torch.masked_fill(found[0], of_series, 0.)
      torch.index_put_(item_gradients, [torch.flatten(self.item_rows(items, ids))], torch.reshape(of_items, [-1, width]), True)
      others = torch.masked_fill(found[0], torch.logical_not(of_series), 0.)
      torch.index_add_(series_gradients, 0, torch.flatten(self.series_rows(items, ids)), torch.reshape(others, [-1, width]))
    if negatives.numel() > 0:
      torch.index_put_(item_gradients, [torch.flatten(negatives)], torch.reshape(found[len(found) - 1], [-1, width]), True)
    if actions.numel() > 0:
      at = 2 + 4 * blocks
      torch.index_add_(action_gradients, 0, torch.flatten(actions), torch.reshape(found[at], [-1, width]))
    torch.add_(gradients[0], found[1])
    for i in range(blocks):
      self.fold_bias(found[2 + 4 * i], buckets, gradients[5 * i + 4], gradients[5 * i + 5])
      torch.add_(gradients[5 * i + 1], found[3 + 4 * i])
      torch.add_(gradients[5 * i + 2], found[4 + 4 * i])
      torch.add_(gradients[5 * i + 3], found[5 + 4 * i])
    return torch.detach(loss)

  # -log softmax at the positive among it and its negatives, (B, L); a negative equal to the positive
  # counts nothing. corrections as negatives, or empty: added to the negatives' logits.
  def sampled_softmax(self: __torch__.Hstu, users: Tensor, rows: Tensor, negative_rows: Tensor, ids: Tensor, negatives: Tensor, corrections: Tensor) -> Tensor:
    targets = torch.unsqueeze(torch.slice(ids, 1, 1), 2)
    positives = self.normalised(torch.slice(rows, 1, 1))
    opponents = self.normalised(negative_rows)
    if negatives.dim() == 2:
      negatives = torch.unsqueeze(negatives, 1)
      if corrections.numel() > 0:
        corrections = torch.unsqueeze(corrections, 1)
      scores = torch.bmm(users, torch.transpose(opponents, 1, 2))
    else:
      scores = torch.squeeze(torch.matmul(opponents, torch.unsqueeze(users, 3)), 3)
    scores = torch.div(scores, self.temperature)
    if corrections.numel() > 0:
      scores = torch.add(scores, corrections)
    scores = torch.masked_fill(scores, torch.eq(targets, negatives), -50000.)
    positive = torch.div(torch.sum(torch.mul(users, positives), [2], True), self.temperature)
    return torch.sub(torch.logsumexp(torch.cat([positive, scores], 2), [2]), torch.squeeze(positive, 2))

  # Sum over positions of weight * -log softmax at the positive among all items but padding, and its
  # gradient by the users (B, L, D); the gradient by the items is added to `item_gradients`. By hand,
  # since the graph would keep several (positions, V) matrices: here one of about 500,000 values is
  # used again and again while it is in the cache, and only supervised positions enter.
  def full_softmax(self: __torch__.Hstu, users: Tensor, items: Tensor, item_gradients: Tensor, ids: Tensor, weights: Tensor) -> Tuple[Tensor, Tensor]:
    catalogue = torch.slice(items, 0, 1)
    norms = torch.clamp_min(torch.norm(catalogue, 2, [1], True), self.epsilon)
    directions = torch.div(catalogue, norms)
    supervised = torch.flatten(torch.nonzero(torch.flatten(weights)))
    rows = torch.div(torch.index_select(torch.reshape(users, [-1, users.size(2)]), 0, supervised), self.temperature)
    targets = torch.unsqueeze(torch.sub(torch.index_select(torch.flatten(torch.slice(ids, 1, 1)), 0, supervised), 1), 1)
    shares = torch.unsqueeze(torch.index_select(torch.flatten(weights), 0, supervised), 1)
    loss = torch.zeros([], device=users.device)
    row_gradients = torch.zeros_like(rows)
    direction_gradients = torch.zeros_like(directions)
    step = max(16, 500000 // directions.size(0))
    for chunk in range((rows.size(0) + step - 1) // step):
      start = chunk * step
      end = min(rows.size(0), start + step)
      row = torch.slice(rows, 0, start, end)
      target = torch.slice(targets, 0, start, end)
      share = torch.slice(shares, 0, start, end)
      scores = torch.matmul(row, torch.t(directions))
      positive = torch.gather(scores, 1, target)
      top = torch.amax(scores, [1], True)
      exponentials = torch.exp_(torch.sub_(scores, top))
      total = torch.sum(exponentials, [1], True)
      torch.add_(loss, torch.sum(torch.mul(torch.sub(torch.add(torch.log(total), top), positive), share)))
      gradient = torch.scatter_add_(torch.mul_(exponentials, torch.div(share, total)), 1, target, torch.neg(share))
      torch.copy_(torch.slice(row_gradients, 0, start, end), torch.matmul(gradient, directions))
      torch.addmm_(direction_gradients, torch.t(gradient), row)
    along = torch.sum(torch.mul(direction_gradients, directions), [1], True)
    raw = torch.div(torch.sub(direction_gradients, torch.mul(directions, along)), norms)
    torch.add_(torch.slice(item_gradients, 0, 1), raw)
    user_gradients = torch.zeros_like(torch.reshape(users, [-1, users.size(2)]))
    torch.index_copy_(user_gradients, 0, supervised, torch.div(row_gradients, self.temperature))
    return (loss, torch.view(user_gradients, users.size()))

  # The gradient of a block's bias, (B, L, L), added to those of its tables: pos along diagonals,
  # time by bucket. Each user's buckets are summed apart first, which keeps float32 sums short.
  def fold_bias(self: __torch__.Hstu, gradient: Tensor, buckets: Tensor, positions: Tensor, times: Tensor) -> Tensor:
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

  def blocks(self: __torch__.Hstu, parameters: List[Tensor]) -> int:
    return (len(parameters) - 1) // 5

  # Rows of items, and behind them those of series, (B, L+1, D).
  def looked_up(self: __torch__.Hstu, items: Tensor, series_table: Tensor, ids: Tensor) -> Tensor:
    if series_table.numel() == 0:
      return torch.embedding(items, ids)
    of_series = torch.unsqueeze(torch.ge(ids, items.size(0)), 2)
    others = torch.embedding(series_table, self.series_rows(items, ids))
    return torch.where(of_series, others, torch.embedding(items, self.item_rows(items, ids)))

  # ids with padding for what is no item.
  def item_rows(self: __torch__.Hstu, items: Tensor, ids: Tensor) -> Tensor:
    return torch.masked_fill(ids, torch.ge(ids, items.size(0)), 0)

  # Rows of the table of series, its first for what is an item.
  def series_rows(self: __torch__.Hstu, items: Tensor, ids: Tensor) -> Tensor:
    return torch.clamp_min(torch.sub(ids, items.size(0)), 0)

  # Step 1.
  def embedded(self: __torch__.Hstu, rows: Tensor, positions: Tensor) -> Tensor:
    return torch.add(torch.mul(rows, float(rows.size(2)) ** 0.5), torch.slice(positions, 0, 0, rows.size(1)))

  # bucket(t[i+1] - t[j]) for j <= i, and for later j one past the last bucket, (B, L, L) int32.
  def time_buckets(self: __torch__.Hstu, times: Tensor, edges: Tensor) -> Tensor:
    length = times.size(1) - 1
    next = torch.unsqueeze(torch.slice(times, 1, 1), 2)
    past = torch.unsqueeze(torch.slice(times, 1, 0, length), 1)
    buckets = torch.bucketize(torch.abs(torch.sub(next, past)), edges, out_int32=True, right=True)
    later = torch.triu(torch.ones([length, length], dtype=11, device=times.device), 1)
    return torch.masked_fill_(buckets, later, edges.size(0) + 1)

  # A block's time table with one entry more, for what lies ahead: silu(-10000) is exactly 0 in
  # float32, and so is its derivative, so that the bias masks as well.
  def time_table(self: __torch__.Hstu, parameters: List[Tensor], i: int) -> Tensor:
    table = parameters[5 * i + 5]
    return torch.cat([table, torch.full([1], -10000., dtype=6, device=table.device)])

  # pos[N-1+j-i] + time[bucket], (B, L, L).
  def bias(self: __torch__.Hstu, parameters: List[Tensor], i: int, buckets: Tensor) -> Tensor:
    length = buckets.size(1)
    slots = parameters[0].size(0)
    diagonals = torch.slice(parameters[5 * i + 4], 0, slots - length, slots + length - 1)
    by_position = torch.flip(torch.unfold(diagonals, 0, length, 1), [0])
    by_time = torch.index_select(self.time_table(parameters, i), 0, torch.flatten(buckets))
    return torch.add_(torch.view(by_time, [-1, length, length]), by_position)

  # Step 2: block i of x (B, L, D).
  def block(self: __torch__.Hstu, x: Tensor, parameters: List[Tensor], i: int, bias: Tensor, scales: Tensor) -> Tensor:
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
  def last_row(self: __torch__.Hstu, x: Tensor, parameters: List[Tensor], i: int, buckets: Tensor, last: Tensor) -> Tensor:
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
  def gated(self: __torch__.Hstu, x: Tensor, u: Tensor, attended: Tensor, parameters: List[Tensor], i: int, scales: Tensor) -> Tensor:
    o = self.layer_norm(torch.div(attended, parameters[0].size(0)))
    gate = self.dropped(torch.mul(u, o), scales)
    return torch.add(torch.linear(gate, parameters[5 * i + 2], parameters[5 * i + 3]), x)

  # [h * dv, h * dqk] of block i.
  def widths(self: __torch__.Hstu, parameters: List[Tensor], i: int) -> List[int]:
    values = parameters[5 * i + 2].size(1)
    return [values, parameters[5 * i + 1].size(1) // 2 - values]

  def layer_norm(self: __torch__.Hstu, x: Tensor) -> Tensor:
    return torch.layer_norm(x, [x.size(-1)], None, None, self.epsilon, False)

  def normalised(self: __torch__.Hstu, x: Tensor) -> Tensor:
    return torch.div(x, torch.clamp_min(torch.norm(x, 2, [-1], True), self.epsilon))

  # Each value times 0 or 1 / (1 - rate).
  def dropped(self: __torch__.Hstu, x: Tensor, scales: Tensor) -> Tensor:
    if scales.numel() == 0:
      return x
    return torch.mul(x, torch.view(scales, x.size()))

  def no_dropout(self: __torch__.Hstu) -> Tensor:
    return torch.empty([0])

  # ---- the graph -------------------------------------------------------------------------------

  def leaf(self: __torch__.Hstu, x: Tensor) -> Tensor:
    return torch.requires_grad_(x, True)

  def present(self: __torch__.Hstu, found: List[Optional[Tensor]]) -> List[Tensor]:
    gradients = annotate(List[Tensor], [])
    for gradient in found:
      if gradient is not None:
        gradients.append(gradient)
    return gradients
