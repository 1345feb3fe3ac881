package dev.hstu.retrieval.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.hstu.index.filter.NamedSet;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/// A registered set, without its ids.
@Serdeable
@Schema(name = "Set", description = "A registered set of items")
record SetReport(
    @Schema(description = "As filters name it", example = "blocked") String name,
    @Schema(description = "Grows with every registration", example = "1700000000123") long version,
    @Schema(description = "How many different ids it has, known or not") int ids) {

  static SetReport of(NamedSet set) {
    return new SetReport(set.name(), set.version(), set.ids().size());
  }

  /// All sets.
  ///
  /// @param damaged names of sets whose files could not be read
  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_NULL) // empty lists are written: the contract requires both
  @Schema(name = "Sets", description = "The registered sets, by name")
  record All(
      List<SetReport> sets,
      @Schema(description = "Sets whose files cannot be read: unknown until registered anew")
          List<String> damaged) {}
}
