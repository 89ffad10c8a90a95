using TorchSharp;
using TorchSharp.Modules;
using static Criterion.Bench.Inputs;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Criterion.Bench;

/// <content>Whole training steps.</content>
internal static partial class Cases
{
    static Func<Tensor[]> DcganStep(Sizes s)
    {
        (Sequential generator, Sequential discriminator) =
            (Fill(Networks.Generator(s["width"], 64)), Fill(Networks.Discriminator(s["width"], batchNorm: true)));
        (Tensor real, Tensor latents) = (Uniform(1, [s["batch"], 1, 32, 32]), Uniform(2, [s["batch"], 64, 1, 1], -1.7, 1.7));
        (Parameter[] ofGenerator, Parameter[] ofDiscriminator) = ([.. generator.parameters()], [.. discriminator.parameters()]);
        Adam generatorOptimizer = optim.Adam(ofGenerator, 2e-4, 0.5);
        Adam discriminatorOptimizer = optim.Adam(ofDiscriminator, 2e-4, 0.5);
        return () =>
        {
            Tensor fake = generator.call(latents);
            RequireGradients(ofDiscriminator, true);
            Tensor d = F.softplus(-discriminator.call(real)).mean() + F.softplus(discriminator.call(fake.detach())).mean();
            Descend(discriminatorOptimizer, d);
            RequireGradients(ofDiscriminator, false);
            Tensor g = F.softplus(-discriminator.call(fake)).mean();
            Descend(generatorOptimizer, g);
            return [d.detach(), g.detach(), ofDiscriminator[0].grad!, ofGenerator[0].grad!];
        };
    }

    static Func<Tensor[]> CriticStep(Sizes s)
    {
        Sequential critic = Fill(Networks.Discriminator(s["width"], batchNorm: false));
        long[] images = [s["batch"], 1, 32, 32];
        (Tensor real, Tensor fake, Tensor place) = (Uniform(1, images), Uniform(2, images), Uniform(3, [s["batch"], 1, 1, 1], 0, 1));
        Parameter[] parameters = [.. critic.parameters()];
        Adam optimizer = optim.Adam(parameters, 1e-4, 0, 0.9);
        return () =>
        {
            Tensor between = (fake + (place * (real - fake))).requires_grad_();
            Tensor slope = autograd.grad([critic.call(between).sum()], [between], retain_graph: true, create_graph: true)[0];
            Tensor penalty = 10 * (slope.flatten(1).norm(dim: 1) - 1).square().mean();
            Tensor loss = critic.call(fake).mean() - critic.call(real).mean() + penalty;
            Descend(optimizer, loss);
            return [loss.detach(), penalty.detach(), parameters[0].grad!];
        };
    }

    static Func<Tensor[]> CycleGanStep(Sizes s)
    {
        (Sequential aToB, Sequential bToA) = (Fill(Networks.Translator(s["width"], 6)), Fill(Networks.Translator(s["width"], 6)));
        (Sequential judgeA, Sequential judgeB) =
            (Fill(Networks.PatchDiscriminator(s["width"])), Fill(Networks.PatchDiscriminator(s["width"])));
        long[] image = [1, 3, s["side"], s["side"]];
        (Tensor a, Tensor b) = (Uniform(1, image), Uniform(2, image));
        Parameter[] ofTranslators = [.. aToB.parameters(), .. bToA.parameters()];
        Parameter[] ofJudges = [.. judgeA.parameters(), .. judgeB.parameters()];
        (Parameter firstOfTranslator, Parameter firstOfJudge) = (ofTranslators[0], ofJudges[0]);
        (Adam translators, Adam judges) = (optim.Adam(ofTranslators, 2e-4, 0.5), optim.Adam(ofJudges, 2e-4, 0.5));
        return () =>
        {
            RequireGradients(ofJudges, false);
            (Tensor fakeB, Tensor fakeA) = (aToB.call(a), bToA.call(b));
            Tensor cycle = F.l1_loss(bToA.call(fakeB), a) + F.l1_loss(aToB.call(fakeA), b);
            Tensor g = Squares(judgeB.call(fakeB)) + Squares(judgeA.call(fakeA)) + (10 * cycle);
            Descend(translators, g);
            RequireGradients(ofJudges, true);
            Tensor d = LeastSquares(judgeA, a, fakeA.detach()) + LeastSquares(judgeB, b, fakeB.detach());
            Descend(judges, d);
            return [g.detach(), d.detach(), firstOfTranslator.grad!, firstOfJudge.grad!];
        };
    }

    static Tensor LeastSquares(Sequential judge, Tensor real, Tensor fake) =>
        (0.5 * Squares(judge.call(real))) + (0.5 * judge.call(fake).square().mean());

    static void RequireGradients(Parameter[] parameters, bool required)
    {
        foreach (Parameter parameter in parameters)
        {
            parameter.requires_grad = required;
        }
    }

    static void Descend(Adam optimizer, Tensor loss)
    {
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
    }
}
