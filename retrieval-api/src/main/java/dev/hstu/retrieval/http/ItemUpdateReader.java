package dev.hstu.retrieval.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.hstu.index.live.AttributeValue;
import dev.hstu.index.live.ItemAttributes;
import dev.hstu.index.live.ItemUpdate;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reads updates of items against a catalogue: `{"vector":[...],"attributes":{...}}`, and, as a
/// line of a bulk body, with `id` and, for a delete, `"delete":true` instead. Without a vector an
/// item has that of its labels, where the model was trained with them. Attributes are named
/// and typed by the catalogue's columns; null is missing.
final class ItemUpdateReader {

  private static final List<String> FIELDS = List.of("vector", "attributes");
  private static final List<String> LINE_FIELDS = List.of("id", "delete", "vector", "attributes");

  /// Gives an item without a vector one by its attributes, or none.
  @FunctionalInterface
  interface VectorOfAttributes {
    Optional<float[]> of(ItemAttributes attributes);
  }

  private final int dimension;
  private final List<AttributeColumn> columns;
  private final VectorOfAttributes vectors;

  /// @param dimension of the catalogue's vectors
  /// @param columns of its attributes
  /// @param vectors of items whose update brings attributes alone
  ItemUpdateReader(int dimension, List<AttributeColumn> columns, VectorOfAttributes vectors) {
    this.vectors = vectors;
    this.dimension = dimension;
    this.columns = columns;
  }

  /// The body of `PUT /items/{id}`.
  ///
  /// @throws InvalidRequestException when it is no such body, or doesn't fit the catalogue
  ItemUpdate upsert(String id, byte[] body) {
    Fields fields = read(body, FIELDS);
    fields.id = id;
    return fields.update(vectors);
  }

  /// A line of a bulk body.
  ///
  /// @throws InvalidRequestException when it is no such line, or doesn't fit the catalogue
  ItemUpdate line(byte[] line) {
    return read(line, LINE_FIELDS).update(vectors);
  }

  /// The delete of an item.
  ///
  /// @throws InvalidRequestException when the id is none
  static ItemUpdate delete(String id) {
    return checked(() -> new ItemUpdate.Delete(id));
  }

  private Fields read(byte[] body, List<String> known) {
    try (RequestJson json = new RequestJson(body)) {
      json.begin();
      json.requireObject();
      Fields fields = new Fields();
      while (json.nextField()) {
        if (!known.contains(json.fieldName())) {
          throw json.unknownField(known);
        }
        if (!json.isNull()) {
          readField(json, fields);
        }
      }
      json.end();
      return fields;
    } catch (JsonProcessingException e) {
      throw RequestJson.malformed(e);
    } catch (IOException e) {
      throw new UncheckedIOException("a body in memory could not be read", e);
    }
  }

  private void readField(RequestJson json, Fields fields) throws IOException {
    switch (json.fieldName()) {
      case "id" -> fields.id = json.id(IdTable.MAX_ID_BYTES);
      case "delete" -> fields.delete = json.trueOrFalse();
      case "vector" -> fields.vector = readVector(json);
      case "attributes" -> fields.attributes = readAttributes(json);
      default -> throw json.unknownField(LINE_FIELDS);
    }
  }

  private float[] readVector(RequestJson json) throws IOException {
    json.requireList();
    float[] vector = new float[dimension];
    int count = 0;
    while (json.nextEntry()) {
      if (count == dimension) {
        throw wrongLength("more than " + dimension);
      }
      vector[count++] = json.float32();
    }
    if (count < dimension) {
      throw wrongLength(Integer.toString(count));
    }
    return vector;
  }

  private InvalidRequestException wrongLength(String found) {
    return new InvalidRequestException(
        ProblemType.INVALID_ITEM,
        "/vector",
        "the vector has %s values and the catalogue's have %d; embed with the model that serves"
            .formatted(found, dimension));
  }

  private ItemAttributes readAttributes(RequestJson json) throws IOException {
    json.requireObject();
    List<AttributeValue> values = new ArrayList<>();
    while (json.nextField()) {
      AttributeColumn column = column(json);
      if (!json.isNull()) {
        values.add(readValue(json, column));
      }
    }
    return checked(() -> new ItemAttributes(values));
  }

  private AttributeColumn column(RequestJson json) throws IOException {
    String name = json.fieldName();
    Optional<AttributeColumn> found =
        columns.stream().filter(column -> column.name().equals(name)).findFirst();
    if (found.isPresent()) {
      return found.get();
    }
    throw columns.isEmpty()
        ? json.unknownField("is no attribute here: the catalogue has none; leave it out")
        : json.unknownField(columns.stream().map(AttributeColumn::name).toList());
  }

  private static AttributeValue readValue(RequestJson json, AttributeColumn column)
      throws IOException {
    return switch (column.kind()) {
      case TEXT -> new AttributeValue.Text(column.name(), json.text());
      case NUMBER -> new AttributeValue.Number(column.name(), json.float64());
      case LABELS -> {
        json.requireList();
        List<String> labels = new ArrayList<>();
        while (json.nextEntry()) {
          labels.add(json.text());
        }
        yield checked(() -> new AttributeValue.Labels(column.name(), labels));
      }
    };
  }

  /// What the index itself refuses, as an answer.
  private static <T> T checked(Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      throw new InvalidRequestException(
          ProblemType.INVALID_ITEM, "", String.valueOf(e.getMessage()));
    }
  }

  /// The fields read so far.
  private static final class Fields {
    private @Nullable String id;
    private boolean delete;
    private float @Nullable [] vector;
    private @Nullable ItemAttributes attributes;

    ItemUpdate update(VectorOfAttributes vectors) {
      if (id == null) {
        throw missing("id", "each line names its item");
      }
      String item = id;
      if (delete) {
        if (vector != null || attributes != null) {
          throw new InvalidRequestException(
              ProblemType.INVALID_ITEM, "/delete", "a delete has neither vector nor attributes");
        }
        return ItemUpdateReader.delete(item);
      }
      float[] values =
          vector == null ? byAttributes(vectors) : Arrays.copyOf(vector, vector.length);
      return checked(() -> new ItemUpdate.Upsert(item, values, attributes));
    }

    private float[] byAttributes(VectorOfAttributes vectors) {
      ItemAttributes known = attributes == null ? ItemAttributes.NONE : attributes;
      return vectors
          .of(known)
          .orElseThrow(
              () ->
                  missing(
                      "vector",
                      "send the item's vector, or labels that the model was trained with, or"
                          + " delete it"));
    }

    private static InvalidRequestException missing(String field, String mend) {
      return new InvalidRequestException(
          ProblemType.MISSING_FIELD, "/" + field, "there is no %s; %s".formatted(field, mend));
    }
  }
}
