using Criterion;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;

namespace Article;

/// <summary>Two generators, one for each direction: adversarial, cycle and identity loss in one step.</summary>
public static class CycleConsistencyLoss
{
    static readonly MSELoss AdversarialCriterion = new();
    static readonly L1Loss ReconstructionCriterion = new();

    public static void Run()
    {
        Module genAB = Generator();
        Module genBA = Generator();
        Module discA = Discriminator();
        Module discB = Discriminator();

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
            LossReport report = LossReport.Of(
                ("adversarial", IsReal(discA.Forward(fakeA)) + IsReal(discB.Forward(fakeB)), 1),
                ("cycle", CycleLoss(realA, realB, fakeA, fakeB, genBA, genAB), 10),
                ("identity", IdentityLoss(realA, realB, genAB, genBA), 5));
            genOptimizer.ZeroGrad();
            report.Total.Backward();
            genOptimizer.Step();
            Console.WriteLine(report);
        }
    }

    /// <summary>There and back again: what comes out should be what went in.</summary>
    static Tensor CycleLoss(Tensor realA, Tensor realB, Tensor fakeA, Tensor fakeB, Module genBA, Module genAB)
    {
        Tensor cycleA = genBA.Forward(fakeB);
        Tensor cycleB = genAB.Forward(fakeA);
        return ReconstructionCriterion.Forward(cycleA, realA) + ReconstructionCriterion.Forward(cycleB, realB);
    }

    /// <summary>An image that is of a generator's own kind already should stay as it is.</summary>
    static Tensor IdentityLoss(Tensor realA, Tensor realB, Module genAB, Module genBA)
    {
        Tensor identityA = genBA.Forward(realA);
        Tensor identityB = genAB.Forward(realB);
        return ReconstructionCriterion.Forward(identityA, realA) + ReconstructionCriterion.Forward(identityB, realB);
    }

    static Tensor IsReal(Tensor outputs) => AdversarialCriterion.Forward(outputs, Tensor.OnesLike(outputs));

    static Sequential Generator() => new(new Conv2d(3, 8, 3, padding: 1), new ReLU(), new Conv2d(8, 3, 3, padding: 1), new Tanh());

    static Sequential Discriminator() => new(new Conv2d(3, 8, 4, stride: 2, padding: 1), new LeakyReLU(0.2), new Conv2d(8, 1, 4, padding: 1));
}
