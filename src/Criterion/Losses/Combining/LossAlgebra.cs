using Criterion.Schedules;

namespace Criterion.Losses;

/// <summary>Adds and weights losses: <c>new L1Loss() * 10 + new MSELoss()</c> is a loss that reports its terms.</summary>
public static class LossAlgebra
{
    extension(IPredictionLoss loss)
    {
        /// <summary>The sum of two losses; sums within it become its own terms.</summary>
        public static WeightedSum operator +(IPredictionLoss a, IPredictionLoss b) =>
            new([.. WeightedSum.Of(a).Terms, .. WeightedSum.Of(b).Terms]);

        /// <summary>A loss, or each term of a sum, times a weight: a number, or one that changes with the step.</summary>
        public static WeightedSum operator *(IPredictionLoss a, Schedule weight) =>
            new([.. WeightedSum.Of(a).Terms.Select(term => term with { Weight = term.Weight * weight })]);

        /// <inheritdoc cref="op_Multiply(IPredictionLoss, Schedule)"/>
        public static WeightedSum operator *(Schedule weight, IPredictionLoss a) => a * weight;

        /// <summary>The loss under a name of one's own in reports. A sum of several terms becomes one term by that name.</summary>
        /// <param name="name">The name.</param>
        public WeightedSum Named(string name) => WeightedSum.Of(loss).Terms is [LossTerm only]
            ? new([only with { Name = name }])
            : new([new LossTerm(name, loss, 1)]);
    }
}
