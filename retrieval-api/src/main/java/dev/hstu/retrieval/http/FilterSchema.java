package dev.hstu.retrieval.http;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The shape of a filter in the contract. Only the contract's: [FilterRuleReader] reads the wire.
@Schema(
    name = "Filter",
    description =
        "A rule: an object with exactly one of these fields. A missing text or number equals nothing"
            + " and is within no range",
    example =
        """
        {"all": [{"in": {"genres": ["Comedy", "Drama"]}}, {"range": {"year": {"gte": 1990, "lt": 2000}}},
         {"not": {"set": "blocked"}}]}""")
record FilterSchema(
    @Schema(description = "What every rule accepts") @Nullable List<FilterSchema> all,
    @Schema(description = "What at least one rule accepts") @Nullable List<FilterSchema> any,
    @Schema(description = "What the rule refuses") @Nullable FilterSchema not,
    @Schema(description = "One attribute and its values, any of which will do")
        @Nullable Map<String, List<Object>> in,
    @Schema(description = "One numeric attribute and its bounds")
        @Nullable Map<String, Bounds> range,
    @Schema(description = "Ids of the only items that may be returned; unknown ones do nothing")
        @Nullable List<Object> only,
    @Schema(description = "Name of a registered set of items") @Nullable String set) {

  /// Bounds of a range, at most one on either side.
  @Schema(name = "Bounds", description = "At most one of gte and gt, and one of lte and lt")
  record Bounds(
      @Nullable Double gte, @Nullable Double gt, @Nullable Double lte, @Nullable Double lt) {}
}
