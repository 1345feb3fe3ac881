package dev.hstu.retrieval.tier;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/// Why an encoder process does not encode; the body is a problem (RFC 9457) with
/// `urn:hstu:encoder:` and the name as its type.
///
/// | name | status | what the service does |
/// |---|---|---|
/// | `malformed-request` | 400 | fails the request: both ends are not of one release |
/// | `key-required` | 401 | fails over; the key is wrong or missing |
/// | `not-found`, `method-not-allowed` | 404, 405 | fails over; something else listens there |
/// | `unknown-model` | 409 | fails over; asks for health anew |
/// | `body-too-large` | 413 | fails the request |
/// | `overloaded` | 429 | fails over |
/// | `internal-error` | 500 | fails over |
/// | `not-ready` | 503 | fails over |
/// | `deadline-exceeded` | 504 | answers 504 |
enum EncoderProblem {
  MALFORMED_REQUEST("malformed-request", 400, "The request cannot be read"),
  KEY_REQUIRED("key-required", 401, "A key is needed"),
  NOT_FOUND("not-found", 404, "There is no such route"),
  METHOD_NOT_ALLOWED("method-not-allowed", 405, "The route does not take this method"),
  UNKNOWN_MODEL("unknown-model", 409, "This encoder has other models"),
  BODY_TOO_LARGE("body-too-large", 413, "The body is too large"),
  OVERLOADED("overloaded", 429, "Too many requests at once"),
  INTERNAL_ERROR("internal-error", 500, "The encoder failed"),
  NOT_READY("not-ready", 503, "The encoder is not ready"),
  DEADLINE_EXCEEDED("deadline-exceeded", 504, "The answer would come too late");

  static final String MEDIA_TYPE = "application/problem+json";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final String slug;
  private final int status;
  private final String title;

  EncoderProblem(String slug, int status, String title) {
    this.slug = slug;
    this.status = status;
    this.title = title;
  }

  int status() {
    return status;
  }

  String json(String detail) {
    try {
      return JSON.writeValueAsString(
          JSON.createObjectNode()
              .put("type", "urn:hstu:encoder:" + slug)
              .put("title", title)
              .put("status", status)
              .put("detail", detail));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a problem has no JSON form", e);
    }
  }
}
