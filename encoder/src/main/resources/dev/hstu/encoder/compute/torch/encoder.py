# What every architecture has in common, the end of its class: the input, the losses and the pass that
# trains. Before it stand `encode`, `trace`, and what that pass asks of an architecture:
#
# - context(times, edges): what its blocks read beside x
# - blocks_of(x, dense, parameters, leaves, context, scales): x after all blocks; what they
#   differentiate by is added to `leaves`
# - fold(found, gradients, context): adds the gradients by those leaves to those of the parameters

  # ---- loss and gradients ----------------------------------------------------------------------

  # Adds the gradients of scale * sum(weights * loss) to `item_gradients` and `gradients`, and
  # returns that sum, (). ids (B, L+1): the history and the target in the slot after it, so position
  # i predicts ids[i+1] and, with a second_weight above 0, ids[i+2] too; ids behind the rows of `items`
  # are rows of `series_table`, empty for none; actions (B, L): rows of `action_table`, empty for none;
  # weights (B, L): 1 where ids[i+1] is supervised; negatives (B, R), shared by a user's positions, or
  # (B, L, R), drawn for each, or empty for the softmax over all items, which knows no second_weight;
  # corrections of the same shape, added to their logits, or empty. kept: 1 for each value that dropout
  # keeps, of the input (B, L, D) and then of each block as the architecture has it, end to end; empty for no dropout.
  #
  # Looked-up rows are leaves of the graph: their gradients are folded onto the tables by hand below,
  # because the graph's own backward of a lookup goes row by row, or fills a whole table with zeros for
  # each lookup.
  def accumulate(self: __torch__.Encoder, items: Tensor, parameters: List[Tensor], item_gradients: Tensor, gradients: List[Tensor], action_table: Tensor, action_gradients: Tensor, series_table: Tensor, series_gradients: Tensor, actions: Tensor, ids: Tensor, times: Tensor, weights: Tensor, negatives: Tensor, corrections: Tensor, edges: Tensor, kept: Tensor, dropout: Tensor, second_weight: Tensor, scale: Tensor) -> Tensor:
    length = ids.size(1) - 1
    context = self.context(times, edges)
    rows = self.leaf(self.looked_up(items, series_table, ids))
    leaves = annotate(List[Tensor], [])
    leaves.append(rows)
    dense = annotate(List[Tensor], [])
    for parameter in parameters:
      dense.append(self.leaf(torch.detach(parameter)))
    leaves.append(dense[0])
    scales = torch.div(torch.to(kept, 6), 1. - float(dropout))
    tokens = torch.slice(rows, 1, 0, length)
    if actions.numel() > 0:
      action_rows = self.leaf(torch.embedding(action_table, actions))
      leaves.append(action_rows)
      tokens = torch.add(tokens, action_rows)
    before = len(leaves)
    x = self.embedded(tokens, dense[0])
    inputs = x.numel()
    x = self.dropped(x, torch.slice(scales, 0, 0, inputs))
    x = self.blocks_of(x, dense, parameters, leaves, context, torch.slice(scales, 0, inputs))
    users = self.normalised(x)
    width = items.size(1)
    by_products = self.by_products(items, negatives, corrections)
    if by_products:
      loss, user_gradients, = self.softmax_by_products(torch.detach(users), items, item_gradients, ids, torch.mul(weights, float(scale)), negatives, float(second_weight))
      outputs = [users]
      seeds = annotate(List[Optional[Tensor]], [user_gradients])
    else:
      negative_rows = self.leaf(torch.embedding(items, negatives))
      leaves.append(negative_rows)
      total = self.sampled_softmax(users, rows, negative_rows, ids, weights, negatives, corrections, float(second_weight))
      loss = torch.mul(total, float(scale))
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
    if not by_products:
      torch.index_put_(item_gradients, [torch.flatten(negatives)], torch.reshape(found[len(found) - 1], [-1, width]), True)
    if actions.numel() > 0:
      torch.index_add_(action_gradients, 0, torch.flatten(actions), torch.reshape(found[2], [-1, width]))
    torch.add_(gradients[0], found[1])
    self.fold(found[before:], gradients, context)
    return torch.detach(loss)

  # Sum over positions of weight * -log softmax at the target among it and its negatives, (). corrections
  # as negatives, or empty: added to the negatives' logits. With a second_weight the target of position
  # i + 1 is one of position i too, against the same negatives, and counts second_weight times as much
  # as there; so what is no target there (padding, a token of a series) is none here.
  def sampled_softmax(self: __torch__.Encoder, users: Tensor, rows: Tensor, negative_rows: Tensor, ids: Tensor, weights: Tensor, negatives: Tensor, corrections: Tensor, second_weight: float) -> Tensor:
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
    positives = self.normalised(torch.slice(rows, 1, 1))
    targets = torch.slice(ids, 1, 1)
    losses = self.target_losses(users, positives, targets, scores, negatives)
    loss = torch.sum(torch.mul(losses, weights))
    if second_weight > 0.:
      last = users.size(1) - 1
      losses = self.target_losses(torch.slice(users, 1, 0, last), torch.slice(positives, 1, 1), torch.slice(targets, 1, 1), torch.slice(scores, 1, 0, last), torch.slice(negatives, 1, 0, last))
      second_loss = torch.sum(torch.mul(losses, torch.slice(weights, 1, 1)))
      loss = torch.add(loss, torch.mul(second_loss, second_weight))
    return loss

  # -log softmax at each position's target, (B, L), among it and the negatives, whose logits are `scores`;
  # a negative equal to the target counts nothing. positives (B, L, D): rows of the targets, normalised.
  def target_losses(self: __torch__.Encoder, users: Tensor, positives: Tensor, targets: Tensor, scores: Tensor, negatives: Tensor) -> Tensor:
    scores = torch.masked_fill(scores, torch.eq(torch.unsqueeze(targets, 2), negatives), -50000.)
    positive = torch.div(torch.sum(torch.mul(users, positives), [2], True), self.temperature)
    return torch.sub(torch.logsumexp(torch.cat([positive, scores], 2), [2]), torch.squeeze(positive, 2))

  # Whether a loss comes of the products of positions with all items: the softmax over all of them,
  # and that over a position's own draws, whose scores are picked out. Looking up and folding back R
  # rows a position is memory's work, of which a product with the whole table takes less as long as
  # that has few rows for each draw.
  def by_products(self: __torch__.Encoder, items: Tensor, negatives: Tensor, corrections: Tensor) -> bool:
    if negatives.numel() == 0:
      return True
    return negatives.dim() == 3 and corrections.numel() == 0 and items.size(0) <= self.products_per_draw * negatives.size(2)

  # Sum over positions of weight * -log softmax at the target among it and its draws, (B, L, R), or
  # without any among all items but padding, and its gradient by the users (B, L, D); the gradient by
  # the items is added to `item_gradients`. second_weight as for `sampled_softmax`. By hand, since the
  # graph would keep several (positions, V) matrices: here those of about 500,000 values are used again
  # and again while they are in the cache, and only supervised positions enter.
  def softmax_by_products(self: __torch__.Encoder, users: Tensor, items: Tensor, item_gradients: Tensor, ids: Tensor, weights: Tensor, negatives: Tensor, second_weight: float) -> Tuple[Tensor, Tensor]:
    catalogue = torch.slice(items, 0, 1)
    norms = torch.clamp_min(torch.norm(catalogue, 2, [1], True), self.epsilon)
    directions = torch.div(catalogue, norms)
    next_weights = torch.mul(self.one_on(weights), second_weight)
    supervised = torch.flatten(torch.nonzero(torch.flatten(torch.add(weights, next_weights))))
    rows = torch.div(torch.index_select(torch.reshape(users, [-1, users.size(2)]), 0, supervised), self.temperature)
    # What is no item is no target of a weight, and stands for any.
    items_next = torch.clamp(torch.sub(torch.slice(ids, 1, 1), 1), 0, directions.size(0) - 1)
    targets = self.column(items_next, supervised)
    shares = self.column(weights, supervised)
    next_targets = self.column(self.one_on(items_next), supervised)
    next_shares = self.column(next_weights, supervised)
    draws = negatives
    if negatives.numel() > 0:
      draws = torch.index_select(torch.sub(torch.reshape(negatives, [-1, negatives.size(2)]), 1), 0, supervised)
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
      if negatives.numel() == 0:
        gradient = scores
        torch.add_(loss, self.told_from_all(scores, target, share))
      else:
        gradient = torch.zeros_like(scores)
        drawn = torch.slice(draws, 0, start, end)
        torch.add_(loss, self.told_from_draws(scores, gradient, target, drawn, share))
        if second_weight > 0.:
          torch.add_(loss, self.told_from_draws(scores, gradient, torch.slice(next_targets, 0, start, end), drawn, torch.slice(next_shares, 0, start, end)))
      torch.copy_(torch.slice(row_gradients, 0, start, end), torch.matmul(gradient, directions))
      torch.addmm_(direction_gradients, torch.t(gradient), row)
    along = torch.sum(torch.mul(direction_gradients, directions), [1], True)
    raw = torch.div(torch.sub(direction_gradients, torch.mul(directions, along)), norms)
    torch.add_(torch.slice(item_gradients, 0, 1), raw)
    user_gradients = torch.zeros_like(torch.reshape(users, [-1, users.size(2)]))
    torch.index_copy_(user_gradients, 0, supervised, torch.div(row_gradients, self.temperature))
    return (loss, torch.view(user_gradients, users.size()))

  # Sum over n positions of share * -log softmax at the target among all items; `scores` (n, V) become
  # the gradient by them. target, share (n, 1).
  def told_from_all(self: __torch__.Encoder, scores: Tensor, target: Tensor, share: Tensor) -> Tensor:
    positive = torch.gather(scores, 1, target)
    top = torch.amax(scores, [1], True)
    exponentials = torch.exp_(torch.sub_(scores, top))
    total = torch.sum(exponentials, [1], True)
    torch.scatter_add_(torch.mul_(exponentials, torch.div(share, total)), 1, target, torch.neg(share))
    return torch.sum(torch.mul(torch.sub(torch.add(torch.log(total), top), positive), share))

  # The same among the target and drawn (n, R), of which those that are the target count nothing; the
  # gradient by the scores is added to `gradient` (n, V).
  def told_from_draws(self: __torch__.Encoder, scores: Tensor, gradient: Tensor, target: Tensor, drawn: Tensor, share: Tensor) -> Tensor:
    positive = torch.gather(scores, 1, target)
    others = torch.masked_fill(torch.gather(scores, 1, drawn), torch.eq(drawn, target), -50000.)
    told = torch.cat([positive, others], 1)
    total = torch.logsumexp(told, [1], True)
    shares = torch.mul(torch.exp(torch.sub(told, total)), share)
    torch.scatter_add_(gradient, 1, torch.cat([target, drawn], 1), shares)
    torch.scatter_add_(gradient, 1, target, torch.neg(share))
    return torch.sum(torch.mul(torch.sub(total, positive), share))

  # Of each position the value of the next, and 0 of the last, (B, L).
  def one_on(self: __torch__.Encoder, x: Tensor) -> Tensor:
    return torch.cat([torch.slice(x, 1, 1), torch.zeros_like(torch.slice(x, 1, 0, 1))], 1)

  # Values of x (B, L) at some positions, (n, 1).
  def column(self: __torch__.Encoder, x: Tensor, positions: Tensor) -> Tensor:
    return torch.unsqueeze(torch.index_select(torch.flatten(x), 0, positions), 1)

  # ---- the input and the output ----------------------------------------------------------------

  # Rows of items, and behind them those of series, (B, L+1, D).
  def looked_up(self: __torch__.Encoder, items: Tensor, series_table: Tensor, ids: Tensor) -> Tensor:
    if series_table.numel() == 0:
      return torch.embedding(items, ids)
    of_series = torch.unsqueeze(torch.ge(ids, items.size(0)), 2)
    others = torch.embedding(series_table, self.series_rows(items, ids))
    return torch.where(of_series, others, torch.embedding(items, self.item_rows(items, ids)))

  # ids with padding for what is no item.
  def item_rows(self: __torch__.Encoder, items: Tensor, ids: Tensor) -> Tensor:
    return torch.masked_fill(ids, torch.ge(ids, items.size(0)), 0)

  # Rows of the table of series, its first for what is an item.
  def series_rows(self: __torch__.Encoder, items: Tensor, ids: Tensor) -> Tensor:
    return torch.clamp_min(torch.sub(ids, items.size(0)), 0)

  # Step 1.
  def embedded(self: __torch__.Encoder, rows: Tensor, positions: Tensor) -> Tensor:
    return torch.add(torch.mul(rows, float(rows.size(2)) ** 0.5), torch.slice(positions, 0, 0, rows.size(1)))

  def layer_norm(self: __torch__.Encoder, x: Tensor) -> Tensor:
    return torch.layer_norm(x, [x.size(-1)], None, None, self.norm_epsilon, False)

  def normalised(self: __torch__.Encoder, x: Tensor) -> Tensor:
    return torch.div(x, torch.clamp_min(torch.norm(x, 2, [-1], True), self.epsilon))

  # Each value times 0 or 1 / (1 - rate).
  def dropped(self: __torch__.Encoder, x: Tensor, scales: Tensor) -> Tensor:
    if scales.numel() == 0:
      return x
    return torch.mul(x, torch.view(scales, x.size()))

  def no_dropout(self: __torch__.Encoder) -> Tensor:
    return torch.empty([0])

  # ---- the graph -------------------------------------------------------------------------------

  def leaf(self: __torch__.Encoder, x: Tensor) -> Tensor:
    return torch.requires_grad_(x, True)

  def present(self: __torch__.Encoder, found: List[Optional[Tensor]]) -> List[Tensor]:
    gradients = annotate(List[Tensor], [])
    for gradient in found:
      if gradient is not None:
        gradients.append(gradient)
    return gradients
