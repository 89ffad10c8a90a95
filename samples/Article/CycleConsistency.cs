using Criterion;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;

namespace Article;

/// <summary>Two generators, one for each direction: adversarial, cycle and identity loss in one step.</summary>
public static class CycleConsistency
{
    public static void Run()
    {
        Module genAB = Generator();
        Module genBA = Generator();
        Module discA = Discriminator();
        Module discB = Discriminator();
        GanLoss objective = LeastSquaresGanLoss.CycleGan;

        // Two generators, one optimizer.
        var genOptimizer = new Adam([.. genAB.Parameters(), .. genBA.Parameters()], learningRate: 0.0002, beta1: 0.5, beta2: 0.999);
        Tensor realA = Tensor.Rand([1, 3, 8, 8], low: -1, high: 1);
        Tensor realB = Tensor.Rand([1, 3, 8, 8], low: -1, high: 1);
        discA.Freeze();
        discB.Freeze();
        for (int step = 1; step <= 3; step++)
        {
            Tensor fakeB = genAB.Forward(realA);
            Tensor fakeA = genBA.Forward(realB);
            LossReport report = LossReport.From(
                ("adversarial", objective.Generator(discA.Forward(fakeA)) + objective.Generator(discB.Forward(fakeB)), 1),
                ("cycle", Cycle(realA, realB, fakeA, fakeB, genBA, genAB), 10),
                ("identity", Identity(realA, realB, genAB, genBA), 5));
            genOptimizer.ZeroGrad();
            report.Total.Backward();
            genOptimizer.Step();
            Console.WriteLine(report);
        }
    }

    /// <summary>The cycle consistency loss: A → B → A reproduces its input.</summary>
    static Tensor Cycle(Tensor realA, Tensor realB, Tensor fakeA, Tensor fakeB, Module genBA, Module genAB)
    {
        Tensor cycleA = genBA.Forward(fakeB);
        Tensor cycleB = genAB.Forward(fakeA);
        return new CycleConsistencyLoss(weightA: 1, weightB: 1).Forward(cycleA, realA, cycleB, realB);
    }

    /// <summary>An image that is of a generator's own kind already should stay as it is.</summary>
    static Tensor Identity(Tensor realA, Tensor realB, Module genAB, Module genBA)
    {
        Tensor identityA = genBA.Forward(realA);
        Tensor identityB = genAB.Forward(realB);
        return new IdentityLoss(weightA: 1, weightB: 1).Forward(identityA, realA, identityB, realB);
    }

    static Sequential Generator() => new(new Conv2d(3, 8, 3, padding: 1), new ReLU(), new Conv2d(8, 3, 3, padding: 1), new Tanh());

    static Sequential Discriminator() =>
        new(new Conv2d(3, 8, 4, stride: 2, padding: 1), new LeakyReLU(0.2), new Conv2d(8, 1, 4, padding: 1));
}
