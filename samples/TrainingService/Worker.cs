using Criterion.Training;

namespace TrainingService;

/// <summary>Trains a GAN on points: a folder and a number of steps come from the configuration, such as <c>--run runs/mine</c>.</summary>
public sealed class Worker(IConfiguration settings, ILogger<Worker> logger) : BackgroundService
{
    public GanStep LastStep { get; private set; }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(() => Train(stoppingToken), stoppingToken);

    void Train(CancellationToken stop)
    {
        GanOptions options = new() { Steps = settings.GetValue("steps", 2000), BatchSize = 256 };
        GanRun run = GanRun.Open(settings.GetValue("run", "runs/service")!, new GaussianRing().Draw(), options);
        run.Logger = logger;
        run.Execute(step => LastStep = step, stop); // a stop of the service finishes the step and writes a checkpoint
    }
}
