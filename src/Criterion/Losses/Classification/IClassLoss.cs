namespace Criterion.Losses;

/// <summary>Marks a loss of scores [N, C, ...] against the classes [N, ...], where other losses take a target for each score.</summary>
internal interface IClassLoss;
