package dev.hstu.retrieval.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What became of one line of a bulk body.
///
/// @param line counted from 1
/// @param itemId the item, where the line was taken
/// @param sequence the update's place in the log; absent where it was not taken
/// @param problem why it was not taken
@Serdeable
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(description = "What became of one line; taken ones are durable")
public record LineResult(
    @Schema(description = "Counted from 1", example = "1") int line,
    @Nullable String itemId,
    @Nullable Long sequence,
    @Nullable Problem problem) {

  static LineResult waiting(int line, String itemId) {
    return new LineResult(line, itemId, null, null);
  }

  static LineResult refused(int line, Problem problem) {
    return new LineResult(line, null, null, problem);
  }

  LineResult taken(long place) {
    return new LineResult(line, itemId, place, null);
  }
}
