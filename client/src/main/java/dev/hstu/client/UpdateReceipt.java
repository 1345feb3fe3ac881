package dev.hstu.client;

/// A durable change of an item.
///
/// @param sequence its place in the order of all changes
/// @param generation over which it is searched from then on
/// @param searchableWithinMillis counted from this answer
public record UpdateReceipt(
    String itemId, long sequence, String generation, int searchableWithinMillis) {}
