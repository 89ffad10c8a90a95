using Criterion.Schedules;

namespace Criterion.Losses;

/// <summary>Adds and weights losses: <c>new L1Loss() * 10 + new MSELoss()</c> is a loss that reports its terms.</summary>
public static class LossAlgebra
{
    extension(IPredictionLoss loss)
    {
        /// <summary>Adds two losses. The terms of sums are combined into one list.</summary>
        public static WeightedSum operator +(IPredictionLoss a, IPredictionLoss b) =>
            new([.. WeightedSum.Of(a).Terms, .. WeightedSum.Of(b).Terms]);

        /// <summary>Multiplies a loss, or each term of a sum, by a weight: a number, or a schedule of the step.</summary>
        public static WeightedSum operator *(IPredictionLoss a, Schedule weight) =>
            new([.. WeightedSum.Of(a).Terms.Select(term => term with { Weight = term.Weight * weight })]);

        /// <inheritdoc cref="op_Multiply(IPredictionLoss, Schedule)"/>
        public static WeightedSum operator *(Schedule weight, IPredictionLoss a) => a * weight;

        /// <summary>Names the loss in reports. A sum of several terms becomes one term of that name.</summary>
        /// <param name="name">The name.</param>
        public WeightedSum Named(string name) => WeightedSum.Of(loss).Terms is [LossTerm only]
            ? new([only with { Name = name }])
            : new([new LossTerm(name, loss, 1)]);
    }
}
