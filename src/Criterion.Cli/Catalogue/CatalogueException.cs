namespace Criterion.Cli;

/// <summary>What a user asked of the catalogue cannot be done; the message says what can.</summary>
internal sealed class CatalogueException(string message) : Exception(message);
