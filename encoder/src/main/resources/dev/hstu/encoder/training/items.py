# Items and their labels as one table, and back, in TorchScript; LabelledItems.java calls it.


class LabelledItems(Module):
  __parameters__ = []
  __buffers__ = []

  # kept * own + the sum of each item's labels, (V+1, D). own (V+1, D), labels (G, D), pairs of rows
  # of both (pairs) int64, kept (V+1, 1): 1 or 0.
  def fold(self: __torch__.LabelledItems, own: Tensor, labels: Tensor, items: Tensor, codes: Tensor, kept: Tensor) -> Tensor:
    return torch.index_add_(torch.mul(own, kept), 0, items, torch.index_select(labels, 0, codes))

  # gradients (V+1, D) of the table become those of `own`, in place; those of the labels are added.
  def unfold(self: __torch__.LabelledItems, gradients: Tensor, labels: Tensor, items: Tensor, codes: Tensor, kept: Tensor) -> Tensor:
    torch.index_add_(labels, 0, codes, torch.index_select(gradients, 0, items))
    return torch.mul_(gradients, kept)
