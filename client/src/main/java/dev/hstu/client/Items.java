package dev.hstu.client;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Items that were found.
///
/// @param titled items that can be found by their titles; null where they were asked for by id
public record Items(String generation, List<Item> items, @Nullable Integer titled) {

  public Items {
    items = items == null ? List.of() : List.copyOf(items);
  }

  /// An item and what is known of it beside its vector.
  ///
  /// @param live whether it can be returned now
  /// @param popularity interactions when the generation was built
  /// @param attributes texts, lists of labels and numbers by name
  public record Item(
      String itemId,
      @Nullable String title,
      boolean live,
      long popularity,
      Map<String, Object> attributes) {

    public Item {
      attributes = attributes == null ? Map.of() : Map.copyOf(attributes);
    }
  }

  /// What filters may ask for.
  ///
  /// @param title the attribute that holds the titles
  public record Attributes(String generation, @Nullable String title, List<Attribute> columns) {

    public Attributes {
      columns = columns == null ? List.of() : List.copyOf(columns);
    }
  }

  /// One attribute.
  ///
  /// @param kind `text`, `labels` or `number`
  /// @param values labels there are, at most 200; null of other kinds
  public record Attribute(String name, String kind, @Nullable List<String> values) {}
}
