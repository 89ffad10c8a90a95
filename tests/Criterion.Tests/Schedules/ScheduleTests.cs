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
    }
}
