package dev.hstu.retrieval.http;

import dev.hstu.retrieval.access.Role;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The least role whose keys may take a route. Every route has this or [NeedsNoKey]; one with
/// neither is the administrator's.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Needs {

  Role value();
}
