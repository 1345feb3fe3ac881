package dev.hstu.retrieval.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.hstu.retrieval.retrieve.Candidate;
import dev.hstu.retrieval.retrieve.Shortfall;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer of `POST /retrieve`.
///
/// @param candidates null where the list is put in as bytes that were written before
/// @param generation what answered; encoder, index and ids are all of it
/// @param search `graph`, `partitions` or `exact`; absent with a fallback
/// @param fallback `popular` when the order is popularity, else absent
/// @param shortfall why there are fewer than k candidates, else absent
/// @param validUntil absent where the answer was made cheaper, too
/// @param quality what a cheaper answer did without; absent for full answers
@Serdeable
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(description = "The items to rank next, best first")
public record RetrieveResponse(
    @Schema(description = "The generation that answered", example = "20260101T000000Z-1a2b3c4d")
        String generation,
    @Schema(description = "The engine that encoded", example = "djl pytorch-2.7.1 cpu float32")
        String engine,
    @Schema(description = "The request time used, whole seconds", example = "1700000600")
        long requestTime,
    @Schema(
            description =
                "Best first. The score is a cosine; with fallback popular, the number of"
                    + " interactions",
            requiredMode = Schema.RequiredMode.REQUIRED)
        @Nullable List<Candidate> candidates,
    @Schema(
            description =
                "How the index found them: by its graph, its partitions, or by comparing every item"
                    + " that may be returned; absent with fallback popular",
            allowableValues = {"graph", "partitions", "exact"})
        @Nullable String search,
    @Schema(description = "Events skipped because the model does not know their item")
        int unknownItems,
    @Schema(
            description =
                "Set to the word popular when no item of the history is known, or at step 4 of"
                    + " quality")
        @Nullable String fallback,
    @Schema(description = "Set when there are fewer than k candidates")
        @Nullable Shortfall shortfall,
    @Schema(
            description =
                "The first later request time, whole seconds, at which this history gets another"
                    + " user embedding; for the same history, items and generation the candidates"
                    + " are the same until then. Absent with fallback popular or quality, and"
                    + " where no such time comes",
            example = "1700000718")
        @Nullable Long validUntil,
    @Nullable QualityReport quality,
    @Schema(
            description =
                "How much of the answer was kept from an equal request: nothing, the user"
                    + " embedding, or the whole list",
            allowableValues = {"miss", "embedding", "result"})
        String cache,
    Timings timings) {

  static final String FALLBACK_POPULAR = "popular";

  /// The same with the list left out.
  RetrieveResponse withoutCandidates() {
    return new RetrieveResponse(
        generation,
        engine,
        requestTime,
        null,
        search,
        unknownItems,
        fallback,
        shortfall,
        validUntil,
        quality,
        cache,
        timings);
  }

  /// The same, made cheaper; nobody is to keep it until its embedding changes.
  ///
  /// @param less null for a full answer
  RetrieveResponse withQuality(@Nullable QualityReport less) {
    return less == null
        ? this
        : new RetrieveResponse(
            generation,
            engine,
            requestTime,
            candidates,
            search,
            unknownItems,
            fallback,
            shortfall,
            null,
            less,
            cache,
            timings);
  }

  /// Where the time went, in microseconds.
  ///
  /// @param queueMicros waiting for a worker
  /// @param totalMicros from arrival to the answer's last candidate
  @Serdeable
  @Schema(name = "Timings", description = "Where the time went, in microseconds")
  public record Timings(long queueMicros, long encodeMicros, long searchMicros, long totalMicros) {}
}
