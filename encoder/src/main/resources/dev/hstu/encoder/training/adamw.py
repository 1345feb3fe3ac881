# AdamW (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2) in TorchScript; AdamW.java calls it.


class AdamW(Module):
  __parameters__ = []
  __buffers__ = []

  # One update of every parameter in place, from its gradient and its two moments; gradients are
  # zeroed. rates: learning rate, beta1, beta2, epsilon, weight decay, 1 - beta1^t, 1 - beta2^t,
  # float64 (7). A second moment of one column is a row's: the mean of its squared gradients.
  # Returns the norm of all gradients together, ().
  def update(self: __torch__.AdamW, parameters: List[Tensor], gradients: List[Tensor], first: List[Tensor], second: List[Tensor], rates: Tensor) -> Tensor:
    rate = float(rates[0])
    beta1 = float(rates[1])
    beta2 = float(rates[2])
    epsilon = float(rates[3])
    decay = float(rates[4])
    correction1 = float(rates[5])
    correction2 = float(rates[6])
    norms = annotate(List[Tensor], [])
    for i in range(len(parameters)):
      g = gradients[i]
      norms.append(torch.norm(g))
      torch.mul_(parameters[i], 1. - rate * decay)
      torch.add_(torch.mul_(first[i], beta1), g, alpha=1. - beta1)
      if second[i].numel() < g.numel():
        torch.add_(torch.mul_(second[i], beta2), torch.mean(torch.mul(g, g), [1], True), alpha=1. - beta2)
      else:
        torch.addcmul_(torch.mul_(second[i], beta2), g, g, value=1. - beta2)
      denominator = torch.add_(torch.div_(torch.sqrt(second[i]), correction2 ** 0.5), epsilon)
      torch.addcdiv_(parameters[i], first[i], denominator, value=-rate / correction1)
      torch.zero_(g)
    return torch.norm(torch.stack(norms))

  # Adds one set of gradients to another and zeroes it.
  def merge(self: __torch__.AdamW, gradients: List[Tensor], others: List[Tensor]) -> Tensor:
    for i in range(len(gradients)):
      torch.add_(gradients[i], others[i])
      torch.zero_(others[i])
    return gradients[0]

  # averages = decay * averages + (1 - decay) * parameters; decay float64 ().
  def average(self: __torch__.AdamW, averages: List[Tensor], parameters: List[Tensor], decay: Tensor) -> Tensor:
    kept = float(decay)
    for i in range(len(averages)):
      torch.add_(torch.mul_(averages[i], kept), parameters[i], alpha=1. - kept)
    return averages[0]
