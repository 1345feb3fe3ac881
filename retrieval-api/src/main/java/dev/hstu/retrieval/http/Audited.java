package dev.hstu.retrieval.http;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// A route that changes something, and so leaves a line in the audit log. Every route that needs
/// more than [dev.hstu.retrieval.access.Role#READ] has it, or says by [Unaudited] why not.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Audited {

  /// What it does, as the line names it.
  String value();
}
