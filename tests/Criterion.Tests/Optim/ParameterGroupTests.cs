using Criterion.Optim;
using Criterion.Schedules;

namespace Criterion.Tests.Optim;

/// <summary>Groups of parameters beside PyTorch's numbers: rates, schedules, states and errors.</summary>
public class ParameterGroupTests
{
    [Fact]
    public void Group_without_options_follows_the_optimizer()
    {
        Adam optimizer = new([new ParameterGroup([Tensor.Ones([1])]), new ParameterGroup([Tensor.Ones([2])], learningRate: 0.5)], 0.1);
        Assert.Equal([null, 0.5], optimizer.Groups.Select(static group => group.LearningRate));
        Assert.Equal([1, 2], optimizer.Parameters.Select(static parameter => parameter.Count));
        optimizer.LearningRate = 0.2;
        optimizer.Groups[1].LearningRate = 0.6;
        Assert.Equal(0.2, optimizer.LearningRate);
        Assert.Equal([null, 0.6], optimizer.Groups.Select(static group => group.LearningRate));
        Assert.Single(new SGD([Tensor.Ones([1])], 0.1).Groups);
    }

    [Fact]
    public void Equal_groups_step_as_one()
    {
        Tensor[] together = [Tensor.Full([3], 2), Tensor.Full([2], 3)];
        Tensor[] apart = [.. together.Select(static parameter => parameter.Clone())];
        Optimizer first = new AdamW(together, 0.1, weightDecay: 0.2);
        Optimizer second = new AdamW([new ParameterGroup([apart[0]], 0.1, 0.2), new ParameterGroup([apart[1]])], 0.1, weightDecay: 0.2);
        for (int i = 0; i < 5; i++)
        {
            Step(first);
            Step(second);
        }

        Assert.Equal(together.Select(static x => x.ToArray<float>()), apart.Select(static x => x.ToArray<float>()));
    }

    [Fact]
    public void Several_schedules_scale_each_rate_from_its_own_start()
    {
        (Adam optimizer, LearningRateSchedule[] schedules) = Scheduled(0.1, 0.5);
        for (int step = 1; step <= 30; step++)
        {
            Array.ForEach(schedules, static schedule => schedule.Step());
            double factor = schedules[0].RateAt(step) * schedules[1].RateAt(step) / 0.1 / 0.1;
            Assert.Equal(0.1 * factor, optimizer.LearningRate, 1e-12);
            Assert.Equal(0.5 * factor, optimizer.Groups[1].LearningRate!.Value, 1e-12);
        }
    }

    [Fact]
    public void State_holds_the_rates_of_groups_and_resumes_exactly()
    {
        (Adam first, LearningRateSchedule[] schedules) = Scheduled(0.1, 0.5);
        for (int i = 0; i < 5; i++)
        {
            Step(first);
            Array.ForEach(schedules, static schedule => schedule.Step());
        }

        StateGroup saved = Group(first, schedules);
        Assert.Subset(
            saved.StateDict().Keys.ToHashSet(),
            new HashSet<string>
            {
                "optimizer.learning_rate", "optimizer.group.1.learning_rate", "optimizer.group.1.initial_learning_rate",
                "0.group.1.base_rate", "1.group.1.learning_rate", "optimizer.1.exp_avg",
            });
        (Adam second, LearningRateSchedule[] others) = Scheduled(0.7, 0.9);
        foreach ((Tensor from, Tensor to) in first.Parameters.Zip(second.Parameters))
        {
            to.CopyFrom(from);
        }

        Group(second, others).LoadStateDict(saved.StateDict());
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(first.LearningRate, second.LearningRate);
            Assert.Equal(first.Groups[1].LearningRate, second.Groups[1].LearningRate);
            Step(first);
            Step(second);
            Array.ForEach(schedules, static schedule => schedule.Step());
            Array.ForEach(others, static schedule => schedule.Step());
        }

        Assert.Equal(first.Parameters.Select(static x => x.ToArray<float>()), second.Parameters.Select(static x => x.ToArray<float>()));
    }

    [Fact]
    public void State_of_other_groups_or_rates_is_refused()
    {
        Tensor x = Tensor.Ones([1]);
        SGD one = new([x], 0.1);
        SGD own = new([new ParameterGroup([x], 0.2)], 0.1);
        Refused(own, one.StateDict(), "missing: group.0.learning_rate");
        Refused(one, own.StateDict(), "unexpected: group.0.learning_rate");
        Refused(one, new Dictionary<string, Tensor> { ["learning_rate"] = Tensor.Scalar(-1) }, "'learning_rate' of the state is -1");
        Refused(one, new Dictionary<string, Tensor> { ["learning_rate"] = Tensor.Scalar(double.NaN) }, "is NaN");
        Assert.Equal((0.1, 0.1, 0.2), (one.LearningRate, own.LearningRate, own.Groups[0].LearningRate));

        LearningRateSchedule schedule = new(one, new StepSchedule(1, 2));
        Dictionary<string, Tensor> state = new(schedule.StateDict()) { ["base_rate"] = Tensor.Scalar(-2) };
        Refused(schedule, state, "'base_rate' of the state is -2");
        Refused(schedule, new LearningRateSchedule(own, new StepSchedule(1, 2)).StateDict(), "unexpected: group.0.base_rate");
    }

    [Fact]
    public void State_without_an_initial_rate_clears_one_that_no_schedule_needs()
    {
        SGD plain = new([Tensor.Ones([1])], 0.3);
        SGD scheduled = new([Tensor.Ones([1])], 0.1);
        _ = new LearningRateSchedule(scheduled, new StepSchedule(1, 2));
        SGD other = new([Tensor.Ones([1])], 0.2);
        other.LoadStateDict(scheduled.StateDict());
        other.LoadStateDict(plain.StateDict());
        Assert.Equal(plain.StateDict().Keys, other.StateDict().Keys);
        Assert.Equal(0.3, new LearningRateSchedule(other, new StepSchedule(1, 2)).BaseRate);
    }

    [Fact]
    public void Options_and_parameters_are_checked()
    {
        Tensor[] p = [Tensor.Ones([1])];
        Assert.Contains("LearningRate", Assert.Throws<ArgumentOutOfRangeException>(() => new ParameterGroup(p, -1)).Message);
        Assert.Contains("WeightDecay", Assert.Throws<ArgumentOutOfRangeException>(() => new ParameterGroup(p, weightDecay: -1)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ParameterGroup(p) { LearningRate = double.NaN });
        Assert.Throws<ArgumentNullException>(() => new ParameterGroup(null!));
        Assert.Contains("a parameter is repeated", Assert.Throws<ArgumentException>(
            () => new Adam([new ParameterGroup(p), new ParameterGroup(p)])).Message);
        Assert.Contains("a group has no parameters", Assert.Throws<ArgumentException>(
            () => new Adam([new ParameterGroup(p), new ParameterGroup([])])).Message);
        Assert.Contains("no parameters", Assert.Throws<ArgumentException>(() => new Adam(Array.Empty<ParameterGroup>())).Message);

        ParameterGroup owned = new(p, 0.5);
        _ = new Adam([owned]);
        Assert.Contains("belongs to another optimizer", Assert.Throws<ArgumentException>(() => new Adam([owned])).Message);
        Assert.Contains("cannot change from 0.5 to that of the optimizer", Assert.Throws<ArgumentException>(
            () => owned.LearningRate = null).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => owned.LearningRate = -1);
        Assert.Equal(0.5, owned.LearningRate);
    }

    static (Adam Optimizer, LearningRateSchedule[] Schedules) Scheduled(double rate, double own)
    {
        Adam optimizer = new([new ParameterGroup([Tensor.Ones([3])]), new ParameterGroup([Tensor.Ones([2])], own)], rate);
        return (optimizer, [new(optimizer, new LinearSchedule(0.1, 1, 4)), new(optimizer, new CosineSchedule(1, 0, 40))]);
    }

    static StateGroup Group(Adam optimizer, LearningRateSchedule[] schedules) =>
        new([("optimizer", optimizer), .. schedules.Select(static (schedule, i) => ($"{i}", (IStateful)schedule))]);

    static void Step(Optimizer optimizer)
    {
        foreach (Tensor parameter in optimizer.Parameters)
        {
            parameter.Grad = parameter - 1.5;
        }

        optimizer.Step();
    }

    static void Refused(IStateful target, IReadOnlyDictionary<string, Tensor> state, string part) =>
        Assert.Contains(part, Assert.Throws<StateDictException>(() => target.LoadStateDict(state)).Message, StringComparison.Ordinal);
}
