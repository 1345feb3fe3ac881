package dev.hstu.retrieval.users;

/// What became of events that were sent; all of it is on the disk.
///
/// @param added kept from now on
/// @param known there already, or sent twice
/// @param dropped the oldest, of those stored and those sent, beyond the bound
/// @param events the user has now
public record AppendReceipt(int added, int known, int dropped, int events) {}
