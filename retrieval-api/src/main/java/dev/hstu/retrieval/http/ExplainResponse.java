package dev.hstu.retrieval.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.hstu.retrieval.explain.ClosestEvent;
import dev.hstu.retrieval.explain.EventContribution;
import dev.hstu.retrieval.explain.Explanation;
import dev.hstu.retrieval.explain.Verdict;
import dev.hstu.retrieval.retrieve.Ranking;
import dev.hstu.retrieval.retrieve.RetrievalQuery;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The answer of `POST /explain`, and of `hstu explain --json`.
@Serdeable
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(description = "Why an item was returned for a history, or why not")
public record ExplainResponse(
    @Schema(description = "The generation that was asked") String generation,
    @Schema(description = "The engine that encoded") String engine,
    @Schema(description = "The request time used, whole seconds", example = "1700000600")
        long requestTime,
    String itemId,
    @Schema(description = "Candidates asked for") int k,
    @Schema(description = "Whether the item is among them") boolean returned,
    @Schema(description = "The first cause, in the order of the list of causes") Cause verdict,
    @Schema(
            description = "What else would keep the item out by itself",
            requiredMode = Schema.RequiredMode.REQUIRED)
        List<Cause> besides,
    @Schema(description = "Cosine of user and item; absent where the model has none of them")
        @Nullable Float score,
    @Schema(
            description =
                "What each of the newest events did to the score: the score less the score without"
                    + " the event, greatest magnitude first",
            requiredMode = Schema.RequiredMode.REQUIRED)
        List<Contribution> contributions,
    @Schema(description = "Events that were encoded and not tried, being older") int eventsNotTried,
    @Schema(
            description = "Items of the history that are most alike, by the cosine of the vectors",
            requiredMode = Schema.RequiredMode.REQUIRED)
        List<Closest> closest,
    @Schema(description = "Events skipped because the model does not know their item")
        int unknownItems,
    @Schema(description = "Set to the word popular when no item of the history is known")
        @Nullable String fallback) {

  public ExplainResponse {
    besides = List.copyOf(besides);
    contributions = List.copyOf(contributions);
    closest = List.copyOf(closest);
  }

  /// A cause, with what belongs to it.
  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "Cause", description = "Why, as a word and as a sentence")
  public record Cause(
      @Schema(
              description = "In order of precedence, the verdict being the first that applies",
              allowableValues = {
                "returned",
                "deleted",
                "arrived-later",
                "unknown",
                "refused-by-filter",
                "denied",
                "served",
                "seen",
                "not-popular-enough",
                "outranked",
                "unreachable",
                "missed"
              })
          String cause,
      @Schema(example = "exact rank 1,342 of k=500") String sentence,
      @Schema(description = "Place in the list, or exact rank among the items that may be returned")
          @Nullable Long rank,
      @Schema(description = "When it was last seen, whole seconds") @Nullable Long seenAt,
      @Schema(description = "When it was last served to the user, whole seconds")
          @Nullable Long servedAt,
      @Schema(description = "JSON Pointer to the part of the filter that refuses it")
          @Nullable String field,
      @Schema(description = "What the item has in the columns of that part, as texts")
          @Nullable Map<String, List<String>> values,
      @Schema(description = "The update's place in the log of updates") @Nullable Long update,
      @Schema(description = "Whether the model knows an item that the catalogue lacks")
          @Nullable Boolean knownToModel) {

    static Cause of(Verdict verdict) {
      String sentence = verdict.sentence();
      return switch (verdict) {
        case Verdict.Returned(int place, _) -> ranked("returned", sentence, (long) place);
        case Verdict.Deleted(OptionalLong sequence) ->
            updated("deleted", sentence, boxed(sequence));
        case Verdict.ArrivedLater(long sequence, _) -> updated("arrived-later", sentence, sequence);
        case Verdict.UnknownItem(boolean known) ->
            new Cause("unknown", sentence, null, null, null, null, null, null, known);
        case Verdict.RefusedByFilter(var refusal) ->
            new Cause(
                "refused-by-filter",
                sentence,
                null,
                null,
                null,
                "/filter" + refusal.pointer(),
                refusal.values(),
                null,
                null);
        case Verdict.Denied() -> ranked("denied", sentence, null);
        case Verdict.Served(long at) -> dated("served", sentence, null, at);
        case Verdict.Seen(long at) -> dated("seen", sentence, at, null);
        case Verdict.NotPopularEnough(long rank, _) -> ranked("not-popular-enough", sentence, rank);
        case Verdict.Outranked(long rank, _) -> ranked("outranked", sentence, rank);
        case Verdict.Unreachable(OptionalLong rank, _) ->
            ranked("unreachable", sentence, boxed(rank));
        case Verdict.Missed(long rank, _) -> ranked("missed", sentence, rank);
      };
    }

    private static Cause ranked(String cause, String sentence, @Nullable Long rank) {
      return new Cause(cause, sentence, rank, null, null, null, null, null, null);
    }

    private static Cause dated(
        String cause, String sentence, @Nullable Long seenAt, @Nullable Long servedAt) {
      return new Cause(cause, sentence, null, seenAt, servedAt, null, null, null, null);
    }

    private static Cause updated(String cause, String sentence, @Nullable Long update) {
      return new Cause(cause, sentence, null, null, null, null, null, update, null);
    }

    private static @Nullable Long boxed(OptionalLong value) {
      return value.isPresent() ? value.getAsLong() : null;
    }
  }

  /// What one event did to the score.
  ///
  /// @param contribution absent for the only known event
  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "Contribution")
  public record Contribution(
      String itemId,
      long timestamp,
      @Schema(description = "Absent for the only known event, without which there is no score")
          @Nullable Float contribution) {

    static Contribution of(EventContribution one) {
      return new Contribution(one.itemId(), one.timestamp(), one.contribution());
    }
  }

  /// An item of the history.
  ///
  /// @param timestamp of its last event
  @Serdeable
  @Schema(name = "ClosestItem")
  public record Closest(String itemId, long timestamp, float cosine) {

    static Closest of(ClosestEvent one) {
      return new Closest(one.itemId(), one.timestamp(), one.cosine());
    }
  }

  /// An explanation as it goes over the wire.
  public static ExplainResponse of(
      String generation, String engine, RetrievalQuery query, Explanation explanation) {
    return new ExplainResponse(
        generation,
        engine,
        query.requestTime(),
        explanation.itemId(),
        query.k(),
        explanation.returned(),
        Cause.of(explanation.verdict()),
        explanation.besides().stream().map(Cause::of).toList(),
        explanation.score(),
        explanation.contributions().stream().map(Contribution::of).toList(),
        explanation.eventsNotTried(),
        explanation.closest().stream().map(Closest::of).toList(),
        explanation.retrieval().unknownItems(),
        explanation.retrieval().ranking() == Ranking.POPULARITY
            ? RetrieveResponse.FALLBACK_POPULAR
            : null);
  }
}
