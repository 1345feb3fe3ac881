package dev.hstu.retrieval.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The answer to one line of `POST /retrieve/batch`: either an answer or a problem.
///
/// @param line counted from 1, blank ones too
/// @param id the line's own, where it has one that could be read
@Serdeable
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(description = "The answer to one line: what POST /retrieve answers, or a problem")
public record BatchLine(
    @Schema(description = "Counted from 1, blank lines too", example = "1") long line,
    @Schema(description = "The line's id", example = "user-1") @Nullable String id,
    @Nullable RetrieveResponse answer,
    @Nullable Problem problem) {

  static BatchLine answered(long line, @Nullable String id, RetrieveResponse answer) {
    return new BatchLine(line, id, answer, null);
  }

  static BatchLine refused(long line, @Nullable String id, Problem problem) {
    return new BatchLine(line, id, null, problem);
  }
}
