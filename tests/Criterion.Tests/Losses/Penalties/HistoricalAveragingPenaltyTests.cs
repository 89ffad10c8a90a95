using Criterion.Losses;

namespace Criterion.Tests.Losses.Penalties;

public class HistoricalAveragingPenaltyTests
{
    static Tensor[] Parameters(double a, double b) => [Tensor.From<double>([a, b]), Tensor.From(new double[,] { { a + b } })];

    [Fact]
    public void History_is_the_mean_of_all_steps()
    {
        ParameterHistory history = ParameterHistory.Empty;
        foreach ((double a, double b) in new[] { (1.0, 2.0), (4, -2), (7, 3) })
        {
            history = HistoricalAveragingPenalty.Update(history, Parameters(a, b));
        }

        Assert.Equal(3, history.Steps);
        Assert.Equal([4, 1.0], history.Means[0].ToArray<double>());
        Assert.Equal([5.0], history.Means[1].ToArray<double>());

        // (6 − 4)² + (0 − 1)² + (6 − 5)².
        Assert.Equal(6, new HistoricalAveragingPenalty().Forward(Parameters(6, 0), history).Item(), 1e-12);
        Assert.Equal(3, new HistoricalAveragingPenalty(0.5).Forward(Parameters(6, 0), history).Item(), 1e-12);
    }

    [Fact]
    public void Gradient_pulls_to_the_mean_which_is_held_fixed()
    {
        Tensor[] now = Parameters(3, 1);
        Array.ForEach(now, static p => p.RequiresGrad = true);
        ParameterHistory history = HistoricalAveragingPenalty.Update(ParameterHistory.Empty, Parameters(1, 2));
        new HistoricalAveragingPenalty().Forward(now, history).Backward();
        Assert.Equal([4.0, -2], now[0].Grad!.ToArray<double>());
        GradCheck.Check(x => new HistoricalAveragingPenalty(0.2).Forward(x, history), Parameters(3, 1));
    }

    [Fact]
    public void Before_the_first_step_it_is_0()
    {
        Tensor[] now = Parameters(3, 1);
        Array.ForEach(now, static p => p.RequiresGrad = true);
        Tensor penalty = new HistoricalAveragingPenalty().Forward(now, ParameterHistory.Empty);
        penalty.Backward();
        Assert.Equal(0, penalty.Item());
        Assert.Equal([0.0, 0], now[0].Grad!.ToArray<double>());
    }

    [Fact]
    public void History_outlives_the_scope_of_its_step_and_later_changes()
    {
        Tensor[] now = Parameters(3, 1);
        ParameterHistory history = ParameterHistory.Empty;
        for (int i = 0; i < 3; i++)
        {
            using TensorScope scope = new();
            history = HistoricalAveragingPenalty.Update(history, now);
        }

        now[0].Fill(100);
        Assert.Equal([3.0, 1], history.Means[0].ToArray<double>());
    }

    [Fact]
    public void Other_parameters_are_an_error()
    {
        ParameterHistory history = HistoricalAveragingPenalty.Update(ParameterHistory.Empty, Parameters(1, 2));
        Assert.Throws<ShapeException>(() => new HistoricalAveragingPenalty().Forward([Tensor.Ones([2])], history));
        Assert.Throws<ShapeException>(() => HistoricalAveragingPenalty.Update(history, [Tensor.Ones([3]), Tensor.Ones([1, 1])]));
        Assert.Throws<LossException>(() => new HistoricalAveragingPenalty().Forward([], history));
    }

    [Fact]
    public void It_is_shown_and_stored()
    {
        CriterionAssert.IsShown(new HistoricalAveragingPenalty());
        CriterionAssert.IsStored(new HistoricalAveragingPenalty(2));
    }
}
