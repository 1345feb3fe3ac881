package dev.hstu.retrieval.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A body that may be left out: an object with at most one field, a text.
final class OneText {

  private OneText() {}

  /// The text; empty where body or field are left out or the text is null or blank.
  ///
  /// @throws InvalidRequestException when it is no such body
  static Optional<String> read(byte[] body, String field) {
    if (body.length == 0) {
      return Optional.empty();
    }
    try (RequestJson json = new RequestJson(body)) {
      json.begin();
      json.requireObject();
      @Nullable String text = null;
      while (json.nextField()) {
        if (!json.fieldName().equals(field)) {
          throw json.unknownField(List.of(field));
        }
        text = json.isNull() ? null : json.text();
      }
      json.end();
      return Optional.ofNullable(text).filter(given -> !given.isBlank());
    } catch (JsonProcessingException e) {
      throw RequestJson.malformed(e);
    } catch (IOException e) {
      throw new UncheckedIOException("a body in memory could not be read", e);
    }
  }
}
