package dev.hstu.client;

import org.jspecify.annotations.Nullable;

/// A value of a slow series of a user, such as a language.
///
/// @param name the series
/// @param value one that the model was trained with; another has no effect
/// @param since whole seconds since when it holds; null is always
public record UserAttribute(String name, String value, @Nullable Long since) {

  public UserAttribute(String name, String value) {
    this(name, value, null);
  }
}
