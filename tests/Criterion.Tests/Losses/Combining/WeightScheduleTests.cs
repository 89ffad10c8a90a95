using System.Text.Json;
using Criterion.Losses;

namespace Criterion.Tests.Losses.Combining;

public class WeightScheduleTests
{
    public static TheoryData<WeightSchedule, double[]> Weights => new()
    {
        { 3, [3, 3, 3, 3, 3, 3, 3] },
        { new LinearWeight(0, 8, 4), [0, 2, 4, 6, 8, 8, 8] },
        { new LinearWeight(1, 0, 2, Start: 3), [1, 1, 1, 1, 0.5, 0, 0] },
        { new CosineWeight(0, 2, 4), [0, 1 - Math.Sqrt(0.5), 1, 1 + Math.Sqrt(0.5), 2, 2, 2] },
        { new CosineWeight(4, 0, 2, Start: 1), [4, 4, 2, 0, 0, 0, 0] },
        { new StepWeight(16, 2, 0.5), [16, 16, 8, 8, 4, 4, 2] },
        { new LinearWeight(0, 8, 4) * new StepWeight(16, 2, 0.5), [0, 32, 32, 48, 32, 32, 16] },
        { new LinearWeight(0, 8, 4) * 2, [0, 4, 8, 12, 16, 16, 16] },
    };

    [Theory]
    [MemberData(nameof(Weights))]
    public void Weight_by_step(WeightSchedule weight, double[] expected)
    {
        for (int step = 0; step < expected.Length; step++)
        {
            Assert.Equal(expected[step], weight.At(step), 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Weights))]
    public void Weight_round_trips_through_json(WeightSchedule weight, double[] expected)
    {
        string json = JsonSerializer.Serialize(weight);
        Assert.Equal(weight, JsonSerializer.Deserialize<WeightSchedule>(json));
        Assert.NotEmpty(expected);
    }

    [Fact]
    public void Numbers_multiply_to_a_number()
    {
        WeightSchedule two = 2;
        Assert.Equal(new ConstantWeight(6), two * 3);
        Assert.Equal(new LinearWeight(0, 1, 5), new LinearWeight(0, 1, 5) * 1);
    }

    [Fact]
    public void Options_and_steps_are_checked()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearWeight(0, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineWeight(0, double.NaN, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StepWeight(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConstantWeight(double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConstantWeight(1).At(-1));
    }
}
