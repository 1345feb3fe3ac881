package dev.hstu.retrieval.explain;

import org.jspecify.annotations.Nullable;

/// What one event did to the item's score.
///
/// @param itemId of the event
/// @param timestamp of the event
/// @param contribution the score less the score without this event, the rest of the window encoded
///     again; null for the only known event, without which popular items would answer
public record EventContribution(String itemId, long timestamp, @Nullable Float contribution) {}
