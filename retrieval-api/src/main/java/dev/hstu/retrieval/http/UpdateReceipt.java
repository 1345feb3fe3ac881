package dev.hstu.retrieval.http;

import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Schema;

/// The answer of `PUT` and `DELETE /items/{id}`: the update is on the disk.
///
/// @param itemId the item changed
/// @param sequence its place in the log; updates take effect in this order
/// @param generation over which it is searched from then on
/// @param searchableWithinMillis counted from this answer
@Serdeable
@Schema(description = "A durable update")
public record UpdateReceipt(
    String itemId,
    @Schema(description = "Its place in the order of all updates", example = "17") long sequence,
    String generation,
    @Schema(description = "Counted from this answer", example = "1000")
        int searchableWithinMillis) {

  /// What is promised: the bound of a refresh and as much again for the refresh itself.
  static final int SEARCHABLE_WITHIN_MILLIS = 1_000;
}
