using Criterion.Optim;
using Criterion.Schedules;

namespace Criterion.Tests.Optim;

/// <summary>Reductions at a plateau beside PyTorch's numbers: states, negative metrics, other schedules, and errors.</summary>
public class PlateauScheduleTests
{
    [Fact]
    public void Resumes_from_its_state_at_any_step()
    {
        double[] metrics = [.. Enumerable.Range(0, 40).Select(static i => Math.Max(1 - (0.2 * i), 0.3 + (0.01 * Math.Sin(i))))];
        for (int stop = 0; stop < metrics.Length; stop++)
        {
            (SGD whole, PlateauSchedule first) = Make();
            Array.ForEach(metrics[..stop], metric => first.Step(metric));
            (SGD resumed, PlateauSchedule second) = Make();
            new StateGroup(("optimizer", resumed), ("plateau", second)).LoadStateDict(
                new StateGroup(("optimizer", whole), ("plateau", first)).StateDict());
            Assert.Equal(first.Best, second.Best);
            foreach (double metric in metrics[stop..])
            {
                Assert.Equal(first.Step(metric), second.Step(metric));
                Assert.Equal(whole.LearningRate, resumed.LearningRate);
            }

            Assert.True(whole.LearningRate < 0.1);
        }

        static (SGD Optimizer, PlateauSchedule Schedule) Make()
        {
            SGD optimizer = new([Tensor.Zeros([1])], 0.1);
            return (optimizer, new PlateauSchedule(optimizer, factor: 0.5, patience: 2, cooldown: 3));
        }
    }

    /// <summary>PyTorch's threshold is above a negative best, so that an equal metric counts as an improvement there.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Constant_metric_is_a_plateau_whatever_its_sign(bool maximize)
    {
        foreach (double metric in (double[])[-3, -1e-300, 0, 1e-300, 3])
        {
            SGD optimizer = new([Tensor.Zeros([1])], 0.1);
            PlateauSchedule schedule = new(optimizer, patience: 2, maximize: maximize);
            Assert.Equal([false, false, false, true], Enumerable.Range(0, 4).Select(_ => schedule.Step(metric)));
            Assert.Equal(0.1 * 0.1, optimizer.LearningRate);
            Assert.Equal(metric, schedule.Best);
        }
    }

    [Fact]
    public void Infinite_metrics_can_be_improved_on()
    {
        SGD optimizer = new([Tensor.Zeros([1])], 0.1);
        PlateauSchedule schedule = new(optimizer, patience: 1);
        Assert.False(schedule.Step(double.PositiveInfinity));
        Assert.False(schedule.Step(5));
        Assert.Equal(5, schedule.Best);
        Assert.False(schedule.Step(double.NegativeInfinity));
        Assert.False(schedule.Step(double.NegativeInfinity));
        Assert.True(schedule.Step(double.NegativeInfinity));
    }

    [Fact]
    public void Reductions_multiply_with_another_schedule()
    {
        SGD optimizer = new([Tensor.Zeros([1])], 0.1);
        LearningRateSchedule decay = new(optimizer, new ExponentialSchedule(1, 0.9));
        PlateauSchedule plateau = new(optimizer, factor: 0.5, patience: 0);
        for (int step = 1; step <= 10; step++)
        {
            decay.Step();
            plateau.Step(1);
            Assert.Equal(0.1 * Math.Pow(0.9, step) * Math.Pow(0.5, step - 1), optimizer.LearningRate, 1e-15);
        }
    }

    [Fact]
    public void Options_metrics_and_states_are_checked()
    {
        SGD optimizer = new([Tensor.Zeros([1])], 0.1);
        Assert.Throws<ArgumentNullException>(() => new PlateauSchedule(null!));
        Assert.Contains("Factor", Assert.Throws<ArgumentOutOfRangeException>(() => new PlateauSchedule(optimizer, factor: 1)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new PlateauSchedule(optimizer, patience: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PlateauSchedule(optimizer, threshold: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PlateauSchedule(optimizer, cooldown: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PlateauSchedule(optimizer) { MinRate = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new PlateauSchedule(optimizer) { MinChange = double.NaN });

        PlateauSchedule schedule = new(optimizer);
        Assert.Null(schedule.Best);
        Assert.Contains("NaN", Assert.Throws<ArgumentOutOfRangeException>(() => schedule.Step(double.NaN)).Message);
        Assert.Null(schedule.Best);
        Refused("missing: bad_steps", ("best", Tensor.From([1.0])), ("cooling_steps", Tensor.Scalar(0, DType.Int64)));
        Refused("best [2] (should be [0])", ("best", Tensor.From([1.0, 2])), Zero("bad_steps"), Zero("cooling_steps"));
        Refused("no 'bad_steps' of one Int64", ("best", Tensor.From([1.0])), ("bad_steps", Tensor.Scalar(0)), Zero("cooling_steps"));
        Assert.Null(schedule.Best);

        static (string Name, Tensor Value) Zero(string name) => (name, Tensor.Scalar(0, DType.Int64));

        void Refused(string part, params (string Name, Tensor Value)[] state) => Assert.Contains(
            part,
            Assert.Throws<StateDictException>(
                () => schedule.LoadStateDict(state.ToDictionary(static pair => pair.Name, static pair => pair.Value))).Message,
            StringComparison.Ordinal);
    }
}
