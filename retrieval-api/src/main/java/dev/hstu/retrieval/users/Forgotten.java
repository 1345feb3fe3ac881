package dev.hstu.retrieval.users;

/// What was stored of a user and is no more: neither in memory nor in a file of the store.
///
/// @param events stored
/// @param attributes stored entries of slow series
/// @param servedItems remembered as served
public record Forgotten(int events, int attributes, int servedItems) {}
