package dev.hstu.retrieval.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.hstu.index.catalog.ItemView;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.retrieval.titles.TitleSearch;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// An item, on the wire.
///
/// @param title absent where it has none
/// @param live whether it can be returned now; a deleted one is told of as it was
/// @param popularity interactions when the generation was built
/// @param attributes texts, lists of labels and numbers by name, without the missing ones
@Serdeable
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "Item", description = "An item and what is known of it beside its vector")
public record ItemReport(
    @Schema(example = "9007199254740993") String itemId,
    @Nullable String title,
    boolean live,
    @Schema(description = "Interactions when the generation was built") long popularity,
    @Schema(
            description = "Texts, lists of labels and numbers by name",
            example = "{\"title\": \"Fargo (1996)\", \"genres\": [\"Crime\"], \"year\": 1996}")
        Map<String, Object> attributes) {

  static ItemReport of(ItemView items, int row, boolean live) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    List<AttributeColumn> columns = items.base().attributes().columns();
    for (AttributeColumn column : columns) {
      @Nullable Object value = value(items, column, row);
      if (value != null) {
        attributes.put(column.name(), value);
      }
    }
    return new ItemReport(
        items.idAt(row),
        TitleSearch.titleColumn(columns).map(column -> items.text(column, row)).orElse(null),
        live,
        TitleSearch.popularity(items, row),
        attributes);
  }

  private static @Nullable Object value(ItemView items, AttributeColumn column, int row) {
    return switch (column.kind()) {
      case TEXT -> items.text(column.name(), row);
      case LABELS -> {
        List<String> labels = items.labels(column.name(), row);
        yield labels.isEmpty() ? null : labels;
      }
      case NUMBER -> {
        double number = items.number(column.name(), row);
        yield Double.isNaN(number) ? null : number;
      }
    };
  }

  /// The answer of `GET /items`.
  ///
  /// @param titled how many items of the generation can be found by their titles; absent where
  ///     items were asked for by id
  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "Items", description = "Items that were found")
  public record Found(
      String generation,
      List<ItemReport> items,
      @Schema(description = "Items that can be found by title; of ids absent")
          @Nullable Integer titled) {}

  /// The answer of `GET /attributes`.
  ///
  /// @param title the column that holds the titles, absent for none
  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "Attributes", description = "What filters may ask for")
  public record Columns(String generation, @Nullable String title, List<Column> columns) {

    static Columns of(String generation, AttributeTable attributes) {
      return new Columns(
          generation,
          TitleSearch.titleColumn(attributes.columns()).orElse(null),
          attributes.columns().stream().map(column -> Column.of(attributes, column)).toList());
    }
  }

  /// One attribute.
  ///
  /// @param values distinct labels, at most [#MAX_VALUES]; absent for other kinds
  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "Attribute", description = "An attribute of the items")
  public record Column(
      @Schema(example = "genres") String name,
      @Schema(allowableValues = {"text", "labels", "number"}) String kind,
      @Schema(description = "Labels there are, at most 200") @Nullable List<String> values) {

    /// Most labels listed; of more, a choice is no help.
    static final int MAX_VALUES = 200;

    static Column of(AttributeTable attributes, AttributeColumn column) {
      return new Column(
          column.name(),
          column.kind().name().toLowerCase(Locale.ROOT),
          column.kind() == AttributeKind.LABELS
              ? IntStream.range(
                      0, Math.min(MAX_VALUES, attributes.labelValues(column.name()).size()))
                  .mapToObj(attributes.labelValues(column.name())::get)
                  .sorted()
                  .toList()
              : null);
    }
  }
}
