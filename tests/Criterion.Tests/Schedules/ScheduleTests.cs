using System.Text.Json;
using Criterion.Losses;
using Criterion.Optim;
using Criterion.Schedules;

namespace Criterion.Tests.Schedules;

public class ScheduleTests
{
    public static TheoryData<Schedule, double[]> Schedules => new()
    {
        { 3, [3, 3, 3, 3, 3, 3, 3] },
        { new LinearSchedule(0, 8, 4), [0, 2, 4, 6, 8, 8, 8] },
        { new LinearSchedule(1, 0, 2, start: 3), [1, 1, 1, 1, 0.5, 0, 0] },
        { new CosineSchedule(0, 2, 4), [0, 1 - Math.Sqrt(0.5), 1, 1 + Math.Sqrt(0.5), 2, 2, 2] },
        { new CosineSchedule(4, 0, 2, start: 1), [4, 4, 2, 0, 0, 0, 0] },
        { new StepSchedule(16, 2, 0.5), [16, 16, 8, 8, 4, 4, 2] },
        { new ExponentialSchedule(8, 0.5), [8, 4, 2, 1, 0.5, 0.25, 0.125] },
        { new MultiStepSchedule(8, [1, 4, 4], 0.5), [8, 4, 4, 4, 1, 1, 1] },
        { new MultiStepSchedule(8, []), [8, 8, 8, 8, 8, 8, 8] },
        { new CosineRestartSchedule(2, 0, 2), [2, 1, 2, 1, 2, 1, 2] },
        { new CosineRestartSchedule(4, 2, 1, growth: 2), [4, 4, 3, 4, 3 + Math.Sqrt(0.5), 3, 3 - Math.Sqrt(0.5)] },
        { new OneCycleSchedule(8, 5, warmUp: 0.6, divisor: 4, finalDivisor: 2, isLinear: true), [2, 5, 8, 4.5, 1, 1, 1] },
        { new OneCycleSchedule(8, 7, 3 / 7.0, 4, 2, true, hasThreePhases: true), [2, 5, 8, 5, 2, 1.5, 1] },
        { new OneCycleSchedule(8, 3, warmUp: 0, divisor: 4, finalDivisor: 2, isLinear: true), [17 / 3.0, 10 / 3.0, 1, 1, 1, 1, 1] },
        { new LinearSchedule(0, 8, 4).Then(new StepSchedule(5, 2, 2), start: 3), [0, 2, 4, 5, 5, 10, 10] },
        { new ConstantSchedule(1).Then(2, 1).Then(3, 3), [1, 2, 2, 3, 3, 3, 3] },
        { new LinearSchedule(0, 8, 4) * new StepSchedule(16, 2, 0.5), [0, 32, 32, 48, 32, 32, 16] },
        { new LinearSchedule(0, 8, 4) * 2, [0, 4, 8, 12, 16, 16, 16] },
    };

    [Theory]
    [MemberData(nameof(Schedules))]
    public void Value_by_step(Schedule schedule, double[] expected)
    {
        for (int step = 0; step < expected.Length; step++)
        {
            Assert.Equal(expected[step], schedule.At(step), 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Schedules))]
    public void Value_round_trips_through_json(Schedule schedule, double[] expected)
    {
        string json = JsonSerializer.Serialize(schedule);
        Assert.Equal(schedule, JsonSerializer.Deserialize<Schedule>(json));
        Assert.NotEmpty(expected);
    }

    [Fact]
    public void A_periodic_cosine_returns_and_another_one_stays()
    {
        CosineSchedule once = new(1, 0, 4);

        Assert.Equal([0, 0, 0], new[] { 4L, 6, 8 }.Select(once.At));
        Assert.Equal(
            [0, 0.5, 1], new[] { 4L, 6, 8 }.Select((once with { IsPeriodic = true }).At), static (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void One_schedule_serves_a_weight_and_a_learning_rate()
    {
        Schedule schedule = new LinearSchedule(0.5, 1, 4);
        SGD optimizer = new([Tensor.Zeros([1])], 0.1);
        LearningRateSchedule rate = new(optimizer, schedule);
        for (int step = 0; step < 8; step++, rate.Step())
        {
            Assert.Equal(0.1 * schedule.At(step), optimizer.LearningRate);
        }

        Assert.Equal(0.75, new LossTerm("mse", new MSELoss(), schedule).Weight.At(2));
    }

    [Fact]
    public void Milestones_are_compared_by_value_printed_and_not_shared()
    {
        long[] milestones = [1, 4];
        MultiStepSchedule schedule = new(1, milestones, 0.5);
        milestones[0] = 3;
        Assert.Equal(0.5, schedule.At(1));
        Assert.Equal(new MultiStepSchedule(1, [1, 4], 0.5), schedule);
        Assert.Equal(new MultiStepSchedule(1, [1, 4], 0.5).GetHashCode(), schedule.GetHashCode());
        Assert.NotEqual(new MultiStepSchedule(1, [1, 5], 0.5), schedule);
        Assert.NotEqual(new MultiStepSchedule(2, [1, 4], 0.5), schedule);
        Assert.Equal("MultiStepSchedule { Initial = 1, Milestones = [1, 4], Factor = 0.5 }", schedule.ToString());
    }

    [Fact]
    public void Cycles_grow_without_overflow()
    {
        CosineRestartSchedule schedule = new(1, 0, 1, growth: long.MaxValue / 2);
        Assert.Equal(1, schedule.At(0));
        Assert.InRange(schedule.At(long.MaxValue), 0, 1);
        Assert.InRange(new CosineRestartSchedule(1, 0, 3, growth: 10).At(long.MaxValue), 0, 1);
    }

    [Fact]
    public void Numbers_multiply_to_a_number()
    {
        Schedule two = 2;
        Assert.Equal(new ConstantSchedule(6), two * 3);
        Assert.Equal(new LinearSchedule(0, 1, 5), new LinearSchedule(0, 1, 5) * 1);
    }

    [Fact]
    public void Options_and_steps_are_checked()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearSchedule(0, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineSchedule(0, double.NaN, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StepSchedule(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConstantSchedule(double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConstantSchedule(1).At(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExponentialSchedule(1, double.NaN));
        Assert.Contains("4, 1", Assert.Throws<ArgumentOutOfRangeException>(() => new MultiStepSchedule(1, [4, 1])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiStepSchedule(1, [-1]));
        Assert.Throws<ArgumentNullException>(() => new MultiStepSchedule(1, null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineRestartSchedule(1, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineRestartSchedule(1, 0, 1, growth: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneCycleSchedule(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneCycleSchedule(1, 5, warmUp: 1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneCycleSchedule(1, 5, divisor: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneCycleSchedule(1, 5) with { FinalDivisor = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConstantSchedule(1).Then(2, 0));
        Assert.Throws<ArgumentNullException>(() => new ConstantSchedule(1).Then(null!, 1));
    }
}
