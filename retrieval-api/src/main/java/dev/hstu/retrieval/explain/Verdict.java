package dev.hstu.retrieval.explain;

import dev.hstu.index.filter.RuleRefusal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.OptionalLong;

/// Why an item was returned or not. The order of precedence is the package's.
public sealed interface Verdict {

  /// It was returned.
  ///
  /// @param place in the list, at least 1
  /// @param popular whether among the popular items
  record Returned(int place, boolean popular) implements Verdict {}

  /// The catalogue has no such item.
  ///
  /// @param knownToModel whether the model does
  record UnknownItem(boolean knownToModel) implements Verdict {}

  /// An update brought it, or brought it back, and it is not searchable in what answers.
  ///
  /// @param sequence of the update in the log
  /// @param foreignVector whether because another model made its vector; else the update is later
  ///     than the items searched
  record ArrivedLater(long sequence, boolean foreignVector) implements Verdict {}

  /// It was deleted.
  ///
  /// @param sequence of the update in the log, empty where the log doesn't say
  record Deleted(OptionalLong sequence) implements Verdict {}

  /// The filter refuses it.
  record RefusedByFilter(RuleRefusal refusal) implements Verdict {}

  /// It is on the request's list of items to leave out.
  record Denied() implements Verdict {}

  /// It was served to the user lately, and the request leaves such items out.
  ///
  /// @param at when last, seconds since 1970 by the server's clock
  record Served(long at) implements Verdict {}

  /// The user has seen it.
  ///
  /// @param at time of the last event with it
  record Seen(long at) implements Verdict {}

  /// The popular items answer, and it is too far down among them.
  ///
  /// @param rank above k, among the items that may be returned, by interactions
  record NotPopularEnough(long rank, int k) implements Verdict {}

  /// The k best are others.
  ///
  /// @param rank exact, above k, among the items that may be returned
  record Outranked(long rank, int k) implements Verdict {}

  /// It belongs to the k best and no search comes to it through the index.
  ///
  /// @param rank exact; empty where not even an exact search scored it
  record Unreachable(OptionalLong rank, int k) implements Verdict {}

  /// It belongs to the k best and the approximate search didn't find it.
  ///
  /// @param rank exact, at most k
  record Missed(long rank, int k) implements Verdict {}

  /// The same in one sentence.
  default String sentence() {
    return switch (this) {
      case Returned(int place, boolean popular) ->
          "returned at place %,d%s"
              .formatted(
                  place, popular ? " of the popular items, as no event's item is known" : "");
      case UnknownItem(boolean knownToModel) ->
          knownToModel
              ? "the catalogue has no such item, though the model knows it"
              : "neither the catalogue nor the model has such an item";
      case ArrivedLater(long sequence, boolean foreignVector) ->
          foreignVector
              ? "it arrived with update %,d, whose vector another model made; build a generation"
                      .formatted(sequence)
                  + " that takes it in"
              : "it arrived with update %,d, after the items that were searched"
                  .formatted(sequence);
      case Deleted(OptionalLong sequence) ->
          sequence.isPresent()
              ? "deleted by update %,d".formatted(sequence.getAsLong())
              : "deleted";
      case RefusedByFilter(RuleRefusal refusal) ->
          "refused by the filter: %s".formatted(refusal.describe());
      case Denied() -> "left out by its id, which the request lists";
      case Served(long at) ->
          "it was served to the user on %s (at %d), and what was served lately is left out"
              .formatted(LocalDate.ofInstant(Instant.ofEpochSecond(at), ZoneOffset.UTC), at);
      case Seen(long at) -> "the user has seen it, last at %d".formatted(at);
      case NotPopularEnough(long rank, int k) ->
          "no event's item is known, and its rank among the popular items is %,d of k=%,d"
              .formatted(rank, k);
      case Outranked(long rank, int k) -> "exact rank %,d of k=%,d".formatted(rank, k);
      case Unreachable(OptionalLong rank, int k) ->
          "not reachable in the index%s; hstu census counts such items, a new build repairs them"
              .formatted(
                  rank.isPresent()
                      ? " (exact rank %,d of k=%,d)".formatted(rank.getAsLong(), k)
                      : "");
      case Missed(long rank, int k) ->
          "missed by the approximate search (exact rank %,d of k=%,d)".formatted(rank, k);
    };
  }
}
