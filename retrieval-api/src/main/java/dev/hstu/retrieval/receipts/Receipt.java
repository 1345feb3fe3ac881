package dev.hstu.retrieval.receipts;

/// What one answer was worth.
///
/// @param generation that answered
/// @param recall share of the exact top k that it held, within 0..1
public record Receipt(String generation, Selectivity selectivity, double recall) {

  public Receipt {
    if (!(recall >= 0 && recall <= 1)) {
      throw new IllegalArgumentException("recall=%s must be within 0..1".formatted(recall));
    }
  }
}
