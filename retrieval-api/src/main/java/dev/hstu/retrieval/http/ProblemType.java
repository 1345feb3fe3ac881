package dev.hstu.retrieval.http;

import io.micronaut.http.HttpStatus;

/// Every kind of error answer there is. A client tells them apart by [#uri()], which never changes;
/// titles and details are for people.
public enum ProblemType {
  MALFORMED_JSON("malformed-json", HttpStatus.BAD_REQUEST, "The body is not valid JSON"),
  WRONG_TYPE("wrong-type", HttpStatus.BAD_REQUEST, "A value has the wrong type"),
  UNKNOWN_FIELD("unknown-field", HttpStatus.BAD_REQUEST, "A field is not known"),
  MISSING_FIELD("missing-field", HttpStatus.BAD_REQUEST, "A required field is missing"),
  OUT_OF_RANGE("out-of-range", HttpStatus.BAD_REQUEST, "A value is out of range"),
  MILLISECONDS("milliseconds", HttpStatus.BAD_REQUEST, "A time is in milliseconds"),
  UNSORTED_EVENTS("unsorted-events", HttpStatus.BAD_REQUEST, "Events are not in order of time"),
  FUTURE_EVENT("future-event", HttpStatus.BAD_REQUEST, "An event is later than the request"),
  TOO_MANY_ENTRIES("too-many-entries", HttpStatus.BAD_REQUEST, "A list is too long"),
  INVALID_FILTER("invalid-filter", HttpStatus.BAD_REQUEST, "The filter does not fit the items"),
  INVALID_SET("invalid-set", HttpStatus.BAD_REQUEST, "A set cannot be registered"),
  INVALID_ITEM("invalid-item", HttpStatus.BAD_REQUEST, "The update does not fit the catalogue"),
  BAD_REQUEST("bad-request", HttpStatus.BAD_REQUEST, "The request cannot be read"),
  KEY_REQUIRED("key-required", HttpStatus.UNAUTHORIZED, "A key is needed"),
  ROLE_TOO_LOW("role-too-low", HttpStatus.FORBIDDEN, "The key may not do this"),
  UPDATES_DISABLED("updates-disabled", HttpStatus.FORBIDDEN, "Updates are switched off"),
  NOT_FOUND("not-found", HttpStatus.NOT_FOUND, "There is no such route"),
  UNKNOWN_SET("unknown-set", HttpStatus.NOT_FOUND, "There is no such set"),
  METHOD_NOT_ALLOWED(
      "method-not-allowed", HttpStatus.METHOD_NOT_ALLOWED, "The route does not take this method"),
  NOT_ACCEPTABLE(
      "not-acceptable", HttpStatus.NOT_ACCEPTABLE, "The answer has no such representation"),
  BODY_TOO_LARGE("body-too-large", HttpStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large"),
  UNSUPPORTED_MEDIA_TYPE(
      "unsupported-media-type", HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The body has the wrong type"),
  HEADERS_TOO_LARGE(
      "headers-too-large",
      HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
      "The request's headers are too large"),
  OVERLOADED("overloaded", HttpStatus.TOO_MANY_REQUESTS, "Too many requests at once"),
  INTERNAL_ERROR("internal-error", HttpStatus.INTERNAL_SERVER_ERROR, "The service failed"),
  NOT_READY("not-ready", HttpStatus.SERVICE_UNAVAILABLE, "The service is not ready"),
  UPDATES_FULL("updates-full", HttpStatus.SERVICE_UNAVAILABLE, "Too many updates are kept"),
  SHUTTING_DOWN("shutting-down", HttpStatus.SERVICE_UNAVAILABLE, "The service is stopping"),
  DEADLINE_EXCEEDED(
      "deadline-exceeded", HttpStatus.GATEWAY_TIMEOUT, "The answer would come too late");

  private static final String PREFIX = "urn:hstu:problem:";

  private final String slug;
  private final HttpStatus status;
  private final String title;

  ProblemType(String slug, HttpStatus status, String title) {
    this.slug = slug;
    this.status = status;
    this.title = title;
  }

  public String uri() {
    return PREFIX + slug;
  }

  public HttpStatus status() {
    return status;
  }

  public String title() {
    return title;
  }
}
