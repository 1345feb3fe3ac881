package dev.hstu.retrieval.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.hstu.kernels.names.NearNames;
import io.micronaut.http.HttpParameters;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/// The parameters of `GET /retrieve/{userId}` and `GET /popular` as the body of `POST /retrieve`
/// that they stand for, so that both mean the same and are refused alike.
final class RetrieveParameters {

  private static final JsonFactory JSON = new JsonFactory();
  private static final List<String> OF_USER =
      List.of("k", "requestTime", "excludeSeen", "excludeServedDays", "filter", "unknown");
  private static final List<String> OF_POPULAR = List.of("k", "attribute", "value", "filter");
  private static final String POPULAR = "popular";

  private RetrieveParameters() {}

  /// Whether an unknown user gets the popular items.
  static boolean popularIfUnknown(HttpParameters parameters) {
    String value = parameters.getFirst("unknown").orElse("");
    if (!value.isEmpty() && !value.equals(POPULAR)) {
      throw new InvalidRequestException(
          ProblemType.OUT_OF_RANGE,
          "/unknown",
          "unknown=%.40s must be popular; leave it out to be told of an unknown user"
              .formatted(value));
    }
    return !value.isEmpty();
  }

  /// What to retrieve for a user whose events are stored.
  ///
  /// @throws InvalidRequestException when a parameter isn't known, comes twice or is no such value
  static byte[] ofUser(String userId, HttpParameters parameters) {
    return body(
        json -> {
          json.writeStringField("userId", userId);
          for (String name : parameters.names()) {
            write(name, value(name, OF_USER, parameters), json);
          }
        });
  }

  /// What to retrieve for nobody: the popular items, those with a value of an attribute where one
  /// is named.
  ///
  /// @throws InvalidRequestException as [#ofUser]
  static byte[] ofPopular(HttpParameters parameters) {
    Optional<String> attribute = parameters.getFirst("attribute");
    Optional<String> value = parameters.getFirst("value");
    Optional<String> filter = parameters.getFirst("filter");
    if (attribute.isPresent() != value.isPresent()) {
      throw new InvalidRequestException(
          ProblemType.MISSING_FIELD,
          attribute.isPresent() ? "/value" : "/attribute",
          "attribute and value belong together; send both or neither");
    }
    return body(
        json -> {
          for (String name : parameters.names()) {
            String text = value(name, OF_POPULAR, parameters);
            if (name.equals("k")) {
              write(name, text, json);
            }
          }
          json.writeObjectFieldStart("filter");
          json.writeArrayFieldStart("all");
          if (attribute.isPresent()) {
            json.writeStartObject();
            json.writeObjectFieldStart("in");
            json.writeArrayFieldStart(attribute.get());
            json.writeString(value.get());
            json.writeEndArray();
            json.writeEndObject();
            json.writeEndObject();
          }
          if (filter.isPresent()) {
            json.writeRawValue(filter.get());
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  /// Fields of an object.
  @FunctionalInterface
  private interface Fields {
    void writeTo(JsonGenerator json) throws IOException;
  }

  private static byte[] body(Fields fields) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(body)) {
      json.writeStartObject();
      fields.writeTo(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a request in memory could not be written", e);
    }
    return body.toByteArray();
  }

  private static String value(String name, List<String> known, HttpParameters parameters) {
    if (!known.contains(name)) {
      throw new InvalidRequestException(
          ProblemType.UNKNOWN_FIELD,
          "",
          "'%.40s' is not a parameter here; did you mean %s?"
              .formatted(name, NearNames.nearest(name, known)));
    }
    List<String> values = parameters.getAll(name);
    if (values.size() != 1) {
      throw new InvalidRequestException(
          ProblemType.TOO_MANY_ENTRIES,
          "/" + name,
          "%s comes %d times; send it once".formatted(name, values.size()));
    }
    return values.getFirst();
  }

  private static void write(String name, String value, JsonGenerator json) throws IOException {
    switch (name) {
      case "k", "requestTime", "excludeServedDays" -> {
        requireForm(name, value, "-?(0|[1-9][0-9]{0,18})", "an integer");
        json.writeFieldName(name);
        json.writeRawValue(value);
      }
      case "excludeSeen" -> {
        requireForm(name, value, "true|false", "true or false");
        json.writeFieldName(name);
        json.writeRawValue(value);
      }
      case "filter" -> {
        json.writeFieldName(name);
        json.writeRawValue(value);
      }
      default -> {
        // Says what to do about an unknown user, and nothing of the request.
      }
    }
  }

  private static void requireForm(String name, String value, String form, String expected) {
    if (!value.matches(form)) {
      throw new InvalidRequestException(
          ProblemType.WRONG_TYPE,
          "/" + name,
          "%s is '%.40s' and must be %s; send it so".formatted(name, value, expected));
    }
  }
}
