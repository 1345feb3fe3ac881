package dev.hstu.retrieval.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer of `POST /embed` as JSON.
///
/// @param generation whose model encoded
/// @param model its fingerprint: only item vectors of the same model fit the embeddings
/// @param embeddings one a history, in their order
@Serdeable
@Schema(description = "User embeddings, in the order of the histories")
public record EmbedResponse(
    @Schema(description = "The generation that answered", example = "20260101T000000Z-1a2b3c4d")
        String generation,
    @Schema(description = "Fingerprint of its model; only vectors of the same model fit")
        String model,
    @Schema(description = "The engine that encoded", example = "djl pytorch-2.7.1 cpu float32")
        String engine,
    @Schema(description = "Values of one embedding", example = "64") int dimension,
    List<Embedding> embeddings) {

  /// One user's.
  ///
  /// @param unknownItems events skipped, their item unknown
  /// @param values of length 1; absent without a known event
  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "Embedding", description = "What the model makes of one history")
  public record Embedding(
      @Schema(description = "The request time used, whole seconds", example = "1700000600")
          long requestTime,
      @Schema(description = "Events skipped because the model does not know their item")
          int unknownItems,
      @Schema(description = "float32 values, of length 1; absent where no event's item is known")
          @Nullable List<Float> values) {}
}
